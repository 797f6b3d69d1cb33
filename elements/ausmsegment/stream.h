// SPDX-License-Identifier: MIT
// One stream of ausmsegment: owns the Session, collects prompts, turns frames into metadata.
#pragma once

#include "click.h"
#include "latency.h"
#include "output.h"
#include "pace.h"
#include "saving.h"
#include "settings.h"
#include "stats.h"
#include "tracked.h"

#include "gst/gstausmcuda.h"
#include "gst/gstausmframe.h"
#include "gst/gstausmgrammar.h"
#include "gst/raii.h"

#include <gst/video/video.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ausm::gst {

/// When a frame is shown; GST_CLOCK_TIME_NONE: unknown.
struct FrameTimes {
    GstClockTime stream = GST_CLOCK_TIME_NONE, running = GST_CLOCK_TIME_NONE;
};

/// Thread-bound to the pad's streaming thread; open(), start() and close() only while the pad is inactive; the members
/// under "any thread" are thread-safe. Members may throw what the model throws. Shared by the pad and the threads that
/// are inside: a pad may be released at any moment, and the last one to leave ends the stream.
class SegmentStream {
public:
    /// `element` outlives the pad's activity and is not owned; `pad` is the name in messages.
    SegmentStream(GstElement* element, std::string pad) : element_(element), pad_(std::move(pad)) {}
    ~SegmentStream() { stop(); }
    SegmentStream(const SegmentStream&) = delete;
    SegmentStream& operator=(const SegmentStream&) = delete;

    // inactive pad
    /// `cuda`: open while the engine is one on a GPU, the same for all streams of the element.
    void open(std::shared_ptr<Engine> engine, std::shared_ptr<CudaShare> cuda, const SessionOptions& options);
    /// A fresh memory with these options, before the first frame.
    void start(const SegmentSettings& settings);
    /// Saves what is still to be saved and answers the prompts that wait; after the last frame.
    void stop() noexcept;
    void close();

    // any thread
    /// Ends a step that runs and refuses later ones until the next restart().
    void interrupt() noexcept;
    /// Queues a prompt of the application for the next frame. False, with the refusal posted, when it is malformed.
    bool submit(PromptParse parsed);
    /// Queues work with a file for the time before the next frame, at the latest the end. False: too much waits.
    [[nodiscard]] bool request(StateRequest wanted) { return state_requests_.add(std::move(wanted)); }
    [[nodiscard]] StateLocation& state_location() noexcept { return state_location_; }
    /// A navigation event as a prompt; false: it means something to others only.
    [[nodiscard]] bool click(GstEvent* event);
    /// Downstream's QoS event.
    void note_quality(GstEvent* event) noexcept { pace_.report(event); }
    [[nodiscard]] const char* pad() const noexcept { return pad_.c_str(); }
    [[nodiscard]] GstStructure* stats() const { return stats_.structure(); }
    [[nodiscard]] GstClockTime latency() const noexcept { return latency_.value(); }
    /// Whether there were frames since the stream's start or flush, and all of them carry metadata.
    [[nodiscard]] bool marks_every_frame() const noexcept { return marks_ == Marks::kAll; }
    /// Answers a context query with the model's CUDA context; false: it is about something else.
    [[nodiscard]] bool answer_context(GstQuery* query);

    // streaming thread
    void set_info(const GstVideoInfo& info);
    [[nodiscard]] bool has_info() const noexcept { return info_.finfo != nullptr; }
    [[nodiscard]] bool has_info(const GstVideoInfo& info) const { return gst_video_info_is_equal(&info_, &info); }
    /// True when the settings changed since the last frame.
    [[nodiscard]] bool is_new(const SegmentSettings& settings) const noexcept { return settings.revision != revision_; }
    /// A prompt that travels in the stream, for the next frame.
    void collect(PromptParse parsed);
    /// What a "stream-start" or a "flush" begins; `forgets`: with an empty memory.
    void restart(const char* reason, bool forgets);
    /// Empties the memory; prompts that wait stay.
    void forget(const char* reason);
    /// Answers the prompts that no frame came for, and saves what is to be saved.
    void finish();
    /// Takes the settings and declares the latency: the one that is set, or with `live`, which is what upstream is, the
    /// one that frames of this size take. True when it changed.
    [[nodiscard]] bool update_latency(const SegmentSettings& settings, bool live);
    /// Segments the buffer, or lets it carry the last frame's result, and attaches the metadata; the buffer may be
    /// replaced by a shallow copy.
    [[nodiscard]] GstFlowReturn process(Owned<GstBuffer>& buffer, const FrameTimes& times,
                                        const SegmentSettings& settings);

private:
    enum class Marks { kNone, kAll, kSome };
    struct WaitingLine {
        PromptLine line;
        bool of_application = false;  // it survives a flush
    };
    /// What was asked for on one frame and has no answer yet.
    struct FramePrompts {
        std::vector<PromptLine> lines;
        std::size_t applied = 0;  // lines before this one are answered or stand in prompts
        std::vector<Prompt> prompts;
        std::vector<std::size_t> line_of;        // of each prompt
        std::optional<FollowedPlaces> followed;  // once a prompt asks for it

        [[nodiscard]] const PromptLine& line(std::size_t prompt) const { return lines[line_of[prompt]]; }
    };

    void configure(const SegmentSettings& settings, bool late);
    void empty();
    void carry_out_requests();
    bool carry_out_one(const StateRequest& wanted);
    void save_last();
    [[nodiscard]] bool repeat(Owned<GstBuffer>& buffer, const FrameTimes& times, const SegmentSettings& settings,
                              bool late);
    void note_marked(bool marked) noexcept;
    [[nodiscard]] std::optional<PromptLine> accept(PromptParse parsed);
    [[nodiscard]] std::string label_of(const ObjectChange& change) const;
    [[nodiscard]] bool wait_for_frame(PromptLine line, bool of_application);
    [[nodiscard]] bool has_lines();
    [[nodiscard]] std::vector<PromptLine> take_lines();
    [[nodiscard]] std::vector<PromptLine> take_stream_lines();
    void apply(FramePrompts& taken, const std::string& classes);
    void add(FramePrompts& taken, std::vector<Prompt> made);
    [[nodiscard]] StepStatus step(const Frame& frame, FramePrompts& taken, const std::string& classes);
    void answer(const PromptLine& line, const PromptAnswer& answer);
    void refuse(const PromptLine& line, const std::string& reason);
    void refuse(const FramePrompts& taken, const char* reason);
    void report(const FramePrompts& taken, bool lived, GstClockTime stream_time);
    void rehearse();
    [[nodiscard]] double typical_seconds() const;
    [[nodiscard]] static GstClockTime extra_latency(const SegmentSettings& settings);
    [[nodiscard]] bool follow_latency(const SegmentSettings& settings);

    GstElement* element_;
    std::string pad_;
    SegmentStats stats_;
    DeclaredLatency latency_;
    std::atomic<Marks> marks_{Marks::kNone};  // what frames carried so far
    SegmentOutput output_;
    SegmentPace pace_;
    SegmentClicks clicks_;
    StateRequests state_requests_;
    StateLocation state_location_;

    // streaming thread, or inactive pad
    std::shared_ptr<Engine> engine_;
    GstVideoInfo info_{};
    Result result_;
    std::vector<Object> previous_;  // of the frame before
    guint revision_ = 0;
    bool hurried_ = false;               // the session was told that frames are late
    bool live_ = false;                  // upstream, when it was asked last
    bool follows_ = false;               // the latency follows what frames take
    bool rehearsed_ = false;             // to know the latency, since start()
    bool began_ = false;                 // a frame has come since start()
    bool unsaved_ = false;               // frames since the memory was last saved
    bool warned_ = false;                // about a run of buffers that cannot be read
    bool warned_not_finite_ = false;     // about a run of answers
    std::atomic<bool> refusing_{false};  // of prompts for what is not tracked the last was refused; any thread

    std::unique_ptr<Session> session_;
    bool interrupted_ = false;  // since the last restart() or start()
    std::shared_ptr<CudaShare> cuda_;
    std::mutex session_mutex_;        // guards the three above against interrupt() and answer_context(); innermost
    std::vector<WaitingLine> lines_;  // for the next frame, in the order in which they came
    std::mutex lines_mutex_;          // guards lines_; innermost
};

}  // namespace ausm::gst
