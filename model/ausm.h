// SPDX-License-Identifier: MIT
// The only door between the model library (libausm) and everything else: plain types and two virtual classes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ausm {

/// Raised whenever anything in this header changes; ausm_open() refuses a caller that was built against another one.
inline constexpr int kInterfaceVersion = 6;

// ---- one picture --------------------------------------------------------------------------------------------------

enum class PixelFormat : std::uint8_t { kRgb, kBgr, kRgba, kBgra, kRgbx, kBgrx, kNv12, kI420, kGray8 };
enum class ColorMatrix : std::uint8_t { kBt601, kBt709 };
enum class ColorRange : std::uint8_t { kLimited, kFull };
enum class MemoryKind : std::uint8_t { kHost, kCuda };

inline constexpr std::int64_t kUnknownTime = -1;

/// One plane of a picture; stride in bytes, may be negative.
struct Plane {
    const void* data = nullptr;
    std::ptrdiff_t stride = 0;
};

/// View of one picture, borrowed for one call. Matrix and range are read for YUV only.
struct Frame {
    PixelFormat format = PixelFormat::kRgb;
    int width = 0, height = 0;
    std::array<Plane, 4> planes{};
    int pixel_aspect_n = 1, pixel_aspect_d = 1;
    ColorMatrix matrix = ColorMatrix::kBt709;
    ColorRange range = ColorRange::kLimited;
    MemoryKind memory = MemoryKind::kHost;
    int device = 0;                           ///< CUDA device of the planes
    void* stream = nullptr;                   ///< cudaStream_t on which the planes are ready; null: they are ready now
    std::int64_t stream_time = kUnknownTime;  ///< nanoseconds; copied into the result, nothing else
};

// ---- prompts ------------------------------------------------------------------------------------------------------

/// The first four show an object; kRemove ends one; kReset forgets everything, as Session::reset() does.
enum class PromptKind : std::uint8_t { kMask, kBox, kPoints, kScribble, kRemove, kReset };

/// Normalised to the picture's edges: 0 is the left or upper edge, 1 the right or lower one.
struct Point {
    double x = 0, y = 0;
    bool inside = true;  ///< false (label 0): this place does not belong to the object
};

/// What the model is told on one frame. A value: it owns its mask.
///
/// The prompts of a frame act one after the other, each on what those before it have left:
/// - shown, then removed: the object does not live after the frame. Both are accepted, and no ObjectChange tells of an
///   object that was on no frame.
/// - removed, then shown: the object of that id ends and another one begins under it, kRemoved before kAppeared.
/// - shown twice: one object, shown by what either prompt says. A removal in between makes it two: the last one lives.
/// - a reset: what was shown before it on the frame is refused, what comes after it is the first of a new stream.
/// - a prompt that is refused changes nothing, neither objects nor state.
struct Prompt {
    PromptKind kind = PromptKind::kBox;
    std::int64_t object = 0;      ///< 1 .. 2^53: that object (shown: made when unknown); 0: the next free id
    std::array<double, 4> box{};  ///< x0 y0 x1 y1, normalised (kBox)
    std::vector<Point> points;    ///< kPoints
    std::vector<std::vector<Point>>
        strokes;                     ///< kScribble: polylines; a stroke is inside or outside by its first point
    std::vector<std::uint8_t> mask;  ///< kMask: mask_width x mask_height, not 0 is inside; scaled to the frame
    int mask_width = 0, mask_height = 0;
    std::string label;  ///< published with the object that is shown
    std::string ref;    ///< echoed in the answer
};

/// What became of one prompt.
struct PromptAnswer {
    bool accepted = false;
    std::int64_t object = 0;  ///< the object's id; when refused, the one that the prompt named
    std::string ref;
    std::string reason;  ///< why it was refused
};

// ---- results ------------------------------------------------------------------------------------------------------

/// kAbsent: alive, but not seen on this frame; kLost: the same for more than max_age frames (prompted objects only:
/// discovered ones are removed then). Both can come back.
enum class ObjectState : std::uint8_t { kNew, kTracked, kAbsent, kLost };
enum class ObjectOrigin : std::uint8_t { kPrompt, kAuto };

/// One object on one frame.
struct Object {
    std::int64_t id = 0;     ///< 1 .. 2^53, stable; in a stream given again to a prompt that names it, to no other
    std::uint8_t value = 0;  ///< its value in the label map, 1 .. 254, fixed for the object's life
    std::string label;
    float score = 0;              ///< presence probability, 0 .. 1
    std::array<double, 4> box{};  ///< x0 y0 x1 y1 of its pixels in the map, normalised; all 0 when it has none
    double area = 0;              ///< share of the picture, 0 .. 1
    ObjectState state = ObjectState::kTracked;
    ObjectOrigin origin = ObjectOrigin::kAuto;
};

enum class ObjectEvent : std::uint8_t { kAppeared, kAbsent, kBack, kRemoved };

struct ObjectChange {
    std::int64_t id = 0;
    ObjectEvent event = ObjectEvent::kAppeared;
};

/// What one frame gave. Owned and reused by the caller, who may move the maps out.
struct Result {
    int map_width = 0, map_height = 0;
    std::vector<std::uint8_t> map;  ///< [map_height, map_width] object values, 0 is background
    std::vector<std::uint8_t>
        confidence;                     ///< [map_height, map_width] winner's probability * 255; empty unless asked for
    std::vector<Object> objects;        ///< every living object, absent ones too
    std::vector<PromptAnswer> answers;  ///< one per prompt, in the order given
    std::vector<ObjectChange> changes;  ///< in the order they happened
    /// False: not all of the network's answer was finite. That part is not believed: a detection is ignored, an object is
    /// absent. With a presence that is not finite the frame does not enter the state, which would never get rid of it.
    bool finite = true;
    std::int64_t stream_time = kUnknownTime;
};

// ---- streams ------------------------------------------------------------------------------------------------------

/// kAuto: discovery until the first prompt, then prompted objects only. kAll: both.
enum class Mode : std::uint8_t { kAuto, kAll, kPrompted, kDiscovery };
/// Size of the label map: the frame, or the grid that the masks are computed on (1/4 of the network's input).
enum class MapSize : std::uint8_t { kFrame, kModel };

/// Settings of one stream; may change between frames. 0 means "the model's own value" where it says so.
struct SessionOptions {
    Mode mode = Mode::kAuto;
    double threshold = 0.5;  ///< presence from which a detection becomes an object, 0 .. 1
    double presence = 0.5;   ///< presence from which an object is seen, 0 .. 1
    int max_objects = 0;     ///< living objects at once, 1 .. ModelInfo::max_objects; 0: all of them
    int top_k = 0;           ///< detections that may become objects on one frame, the surest first; 0: no limit
    int passes = 1;  ///< 1 .. 8: each above 1 is a refinement pass, the frame once more with every object's own mask
    int inference_size = 0;  ///< short side of the network's input in pixels, a multiple of 32; 0: the model's own
    int anchors = -1;   ///< most anchors, frames that are read in full beside the recurrent state; -1: the model's own
    int max_age = 150;  ///< frames an unseen discovered object is kept; prompted ones never expire
    MapSize map_size = MapSize::kFrame;
    bool confidence = false;  ///< fill Result::confidence
    std::uint64_t seed = 0;   ///< order of the ID vectors: 0 is 0, 1, 2, ...; read when the session is made or reset
    int batch_timeout = 0;    ///< microseconds that a frame may wait for those of the engine's other active streams, to
                              ///< be computed with them, 0 .. 1,000,000. Active is who has posted a frame since he was
                              ///< last waited for in vain; one stream alone never waits, nor does an engine of batch 1
};

/// Time spent in one step, in seconds.
struct StepTimes {
    double preprocess = 0, wait = 0, encode = 0, compress = 0, decode = 0, postprocess = 0;
};

struct SessionInfo {
    int input_width = 0, input_height = 0;  ///< of the network, 0 before the first frame
    std::int64_t frames = 0;                ///< since the last reset
    std::size_t state_bytes = 0;            ///< of the recurrent state; the same whatever the number of objects
    StepTimes last;
    /// On a GPU, how the last frame was launched: "replayed" (as CUDA graphs), "not recorded yet", or "no: " and why not.
    /// Empty on the CPU.
    std::string graphs;
};

enum class StepStatus : std::uint8_t { kOk, kInterrupted };

/// One stream and its state. Thread-bound to its caller, but for interrupt(). Every member but interrupt() may throw
/// std::exception; after a throw the session is as it was before the call.
class Session {
public:
    virtual ~Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// The next frame: blocks until the result is there. After interrupt() the frame does not count and the result is
    /// not touched. A refused prompt does not throw, it has its answer in the result. Prompts may be moved in: their masks
    /// are large.
    [[nodiscard]] virtual StepStatus step(const Frame& frame, std::vector<Prompt> prompts, Result& result) = 0;
    /// Takes effect with the next frame; ids go on rising.
    virtual void configure(const SessionOptions& options) = 0;
    /// Forgets everything, ids too: what a new stream starts with. Also ends an interruption.
    virtual void reset() = 0;
    /// Everything that the next frames depend on.
    [[nodiscard]] virtual std::vector<std::uint8_t> save() const = 0;
    /// Goes on where save() stopped, in this process or another. With batch 1 the next masks are the same bits as those of
    /// the stream that was saved, unless the machine or its settings differ: that is returned, one text each. Throws for
    /// what another model or a damaged file gave.
    virtual std::vector<std::string> load(std::span<const std::uint8_t> state) = 0;
    [[nodiscard]] virtual SessionInfo info() const = 0;
    /// Seconds that step() takes for a picture of this size in nineteen of twenty cases while the streams that use the
    /// engine now go on; batch_timeout is left out. From the times of the frames that the engine has computed, for sizes
    /// that it has not in proportion to the pixels. Only size and pixel aspect of `frame` are read. 0: nothing is known.
    [[nodiscard]] virtual double typical_seconds(const Frame& frame) const = 0;
    /// Computes this picture a few times so that typical_seconds() knows, in about a second. Nothing is computed where
    /// it does know, or while another stream uses the engine: nobody waits for this. The state does not see the picture.
    [[nodiscard]] virtual StepStatus rehearse(const Frame& frame) = 0;
    /// Thread-safe: ends a step() that waits, and every later one until resume() or reset(), with kInterrupted.
    virtual void interrupt() noexcept = 0;
    /// Thread-safe: ends an interruption; the state stays.
    virtual void resume() noexcept = 0;

protected:
    Session() = default;
};

// ---- the model ----------------------------------------------------------------------------------------------------

enum class Precision : std::uint8_t { kAuto, kFloat32, kBfloat16, kFloat16 };

struct EngineOptions {
    std::string weights;          ///< path of a safetensors file
    std::string device = "auto";  ///< "auto", "cpu", "cuda", "cuda:N"
    Precision precision = Precision::kAuto;
    int threads = 0;  ///< of the engine on the CPU; 0: physical cores, at most 4
    int batch = 0;    ///< frames of different streams computed at once, at most; 0: 1 on the CPU, 16 on a GPU
};

struct ModelInfo {
    std::string name;          ///< for instance "ausm-nano"
    std::string weights_hash;  ///< of the file's bytes, hexadecimal
    std::string device;        ///< "cpu" or "cuda:N"
    int device_number = -1;    ///< N, -1: the CPU
    Precision precision = Precision::kFloat32;
    int threads = 0;
    std::string processor;   ///< name of the CPU, or of the GPU
    std::string libtorch;    ///< version
    int max_objects = 0;     ///< ID vectors, at most 254
    int inference_size = 0;  ///< default short side
    std::size_t parameters = 0;
};

/// Weights on one device at one precision, and the one thread that works with them. Thread-safe.
class Engine {
public:
    virtual ~Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    [[nodiscard]] virtual const ModelInfo& info() const noexcept = 0;
    /// The device's primary context (CUcontext), in which Frames in CUDA memory are read; null on the CPU. It lives as
    /// long as the process.
    [[nodiscard]] virtual void* cuda_context() const noexcept = 0;
    /// The session keeps its engine alive. Throws std::exception naming a setting that is out of range.
    [[nodiscard]] virtual std::unique_ptr<Session> session(const SessionOptions& options) = 0;

protected:
    Engine() = default;
};

/// Why there is no engine.
enum class OpenStatus : int { kOk = 0, kWrongInterface, kWeights, kDevice, kPrecision, kFailed };

using OpenFunction = OpenStatus(int interface_version, const EngineOptions* options, std::shared_ptr<Engine>* engine,
                                char* error, std::size_t error_size) noexcept;

inline constexpr const char* kOpenSymbol = "ausm_open";

}  // namespace ausm

#ifdef AUSM_BUILD
#define AUSM_API __attribute__((visibility("default")))
#else
#define AUSM_API
#endif

/// Gives the engine of these options; engines are shared by all callers of the process that ask for the same weights,
/// device, precision, threads and batch. On failure a text for people is in `error` (ended by 0, never more than error_size).
/// Nothing of *options or *engine is read when the version differs.
extern "C" AUSM_API ausm::OpenStatus ausm_open(int interface_version, const ausm::EngineOptions* options,
                                               std::shared_ptr<ausm::Engine>* engine, char* error,
                                               std::size_t error_size) noexcept;
