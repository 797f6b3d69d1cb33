// SPDX-License-Identifier: MIT
// Runs a launch line as fast as it goes and takes the time of every frame that comes to its end.
#pragma once

#include "pipelines/report/owner.h"
#include "pipelines/report/progress.h"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace ausm::report {

/// One frame at the sink, in seconds.
struct Mark {
    double wall = 0;  ///< monotonic
    double cpu = 0;   ///< used so far by all threads of the process
};

/// What `frames` frames took, counted from the first to the last mark of a range.
struct Pace {
    double milliseconds = 0, cpu_milliseconds = 0;  ///< a frame
};

/// Thread-bound, but for what the streaming thread does inside.
class Meter {
public:
    /// Called on the streaming thread after each frame has been marked, with the number of marks. Must not throw.
    using Look = std::function<void(std::size_t marks)>;

    /// The words of a launch line that ends in a sink named "sink"; `frames` is where it is stopped, when it has not
    /// ended by itself. Throws Failure.
    Meter(const std::vector<std::string>& words, std::size_t frames);
    ~Meter();
    Meter(const Meter&) = delete;
    Meter& operator=(const Meter&) = delete;

    /// To the end, with progress on the terminal. Once. Throws Failure: what the pipeline complains of, also when a
    /// prompt is refused.
    void run(const Look& look = {});

    /// Only when nothing flows.
    [[nodiscard]] const std::vector<Mark>& marks() const { return marks_; }
    /// Size of the frames at the sink, 0 before the first. Only when nothing flows.
    [[nodiscard]] int width() const { return width_; }
    [[nodiscard]] int height() const { return height_; }
    /// The element's read-only property "stats"; any thread. Throws Failure when there is no such element.
    [[nodiscard]] Owned<GstStructure> stats(const char* element) const;

private:
    static GstPadProbeReturn on_frame(GstPad* pad, GstPadProbeInfo* info, gpointer self) noexcept;
    static gboolean on_message(GstBus* bus, GstMessage* message, gpointer self) noexcept;
    static gboolean on_timer(gpointer self) noexcept;
    void mark(GstPad* pad);

    const std::size_t frames_;
    Owned<GstElement> pipeline_;
    Owned<GMainLoop> loop_;
    Progress progress_;
    Look look_;
    std::string failure_;
    int width_ = 0, height_ = 0;
    mutable std::mutex mutex_;  // guards marks_ while frames flow
    std::vector<Mark> marks_;
};

/// The mean over the marks [from, to). Throws Failure when these are fewer than two.
Pace pace(const std::vector<Mark>& marks, std::size_t from, std::size_t to);

}  // namespace ausm::report
