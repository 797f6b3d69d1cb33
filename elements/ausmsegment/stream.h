// SPDX-License-Identifier: MIT
// One stream of ausmsegment: owns the Session and the parts around it, turns frames into metadata.
#pragma once

#include "click.h"
#include "frame_prompts.h"
#include "latency.h"
#include "output.h"
#include "pace.h"
#include "prompts.h"
#include "saving.h"
#include "settings.h"
#include "stats.h"

#include "gst/gstausmcuda.h"
#include "gst/gstausmframe.h"
#include "gst/raii.h"

#include <gst/video/video.h>

#include <memory>
#include <mutex>
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
    SegmentStream(GstElement* element, const std::string& pad)
        : element_(element), pad_(pad), prompts_(element, pad), saving_(element, pad) {}
    ~SegmentStream() { stop(); }
    SegmentStream(const SegmentStream&) = delete;
    SegmentStream& operator=(const SegmentStream&) = delete;

    // inactive pad
    /// `cuda`: open while the engine is one on a GPU, the same for all streams of the element.
    void open(std::shared_ptr<Engine> engine, std::shared_ptr<CudaShare> cuda, const SessionOptions& options);
    /// A new state with these options, before the first frame.
    void start(const SegmentSettings& settings);
    /// Saves what is still to be saved and answers the prompts that wait; after the last frame.
    void stop() noexcept;
    void close();

    // any thread
    /// Ends a step that runs and refuses later ones until the next restart().
    void interrupt() noexcept;
    [[nodiscard]] PromptQueue& prompts() noexcept { return prompts_; }
    [[nodiscard]] StateSaving& saving() noexcept { return saving_; }
    /// A navigation event as a prompt; false: it means something to others only.
    [[nodiscard]] bool click(GstEvent* event);
    /// Downstream's QoS event.
    void note_quality(GstEvent* event) noexcept { pace_.report(event); }
    [[nodiscard]] const char* pad() const noexcept { return pad_.c_str(); }
    [[nodiscard]] const SegmentStats& stats() const noexcept { return stats_; }
    [[nodiscard]] const SegmentOutput& output() const noexcept { return output_; }
    [[nodiscard]] GstClockTime latency() const noexcept { return latency_.value(); }
    /// Answers a context query with the model's CUDA context; false: it is about something else.
    [[nodiscard]] bool answer_context(GstQuery* query);

    // streaming thread
    /// The format of the frames that follow. `forgets`: with an empty state, where it is another one.
    void set_info(const GstVideoInfo& info, bool forgets);
    [[nodiscard]] bool has_info() const noexcept { return info_.finfo != nullptr; }
    /// True when the settings changed since the last frame.
    [[nodiscard]] bool is_new(const SegmentSettings& settings) const noexcept { return settings.revision != revision_; }
    /// What a "stream-start" or a "flush" begins; `forgets`: with an empty state.
    void restart(const char* reason, bool forgets);
    /// Empties the state; prompts that wait stay.
    void forget(const char* reason);
    /// The end of the stream: refuses the prompts that no frame came for, and saves what is to be saved.
    void finish();
    /// Takes the settings and declares the latency: the one that is set, or with `live`, which is what upstream is, the
    /// one that frames of this size take. True when it changed.
    [[nodiscard]] bool update_latency(const SegmentSettings& settings, bool live);
    /// Segments the buffer, or lets it carry the last frame's result, and attaches the metadata; the buffer may be
    /// replaced by a shallow copy.
    [[nodiscard]] GstFlowReturn process(Owned<GstBuffer>& buffer, const FrameTimes& times,
                                        const SegmentSettings& settings);

private:
    void configure(const SegmentSettings& settings, bool late);
    void empty();
    void drop_last();
    [[nodiscard]] bool repeat(Owned<GstBuffer>& buffer, const FrameTimes& times, const SegmentSettings& settings,
                              bool late);
    [[nodiscard]] bool map(MappedFrame& picture, GstBuffer* buffer, const FrameTimes& times);
    [[nodiscard]] StepStatus step(const Frame& frame, FramePrompts& taken, const std::string& classes);
    [[nodiscard]] std::string label_of(const ObjectChange& change) const;
    void report(FramePrompts& taken, bool lived, GstClockTime stream_time);

    GstElement* element_;
    std::string pad_;
    PromptQueue prompts_;
    StateSaving saving_;
    SegmentStats stats_;
    LatencyProbe latency_;
    SegmentOutput output_;
    SegmentPace pace_;
    SegmentClicks clicks_;

    // streaming thread, or inactive pad
    std::shared_ptr<Engine> engine_;
    GstVideoInfo info_{};
    Result result_;
    std::vector<Object> previous_;  // of the frame before
    guint revision_ = 0;
    bool hurried_ = false;            // the session was told that frames are late
    bool live_ = false;               // upstream, when it was asked last
    bool began_ = false;              // a frame has come since start()
    bool warned_ = false;             // about a run of buffers that cannot be read
    bool warned_not_finite_ = false;  // about a run of answers

    std::unique_ptr<Session> session_;
    bool interrupted_ = false;  // since the last restart() or start()
    std::shared_ptr<CudaShare> cuda_;
    std::mutex session_mutex_;  // guards the three above against interrupt() and answer_context(); innermost
};

}  // namespace ausm::gst
