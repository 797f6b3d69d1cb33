// SPDX-License-Identifier: MIT
// Looks at the frames of a running pipeline: limits them, counts what is found in them, keeps some for the sheet.
#pragma once

#include "pipelines/report/contact_sheet.h"
#include "pipelines/report/object_tally.h"

#include <atomic>
#include <mutex>
#include <string>

namespace ausm::report {

/// Must outlive the pipeline's run. Thread-safe, but for tally() and sheet(): those only when nothing flows.
class FrameWatch {
public:
    struct Now {
        int frames = 0;           ///< that have left the overlay
        std::size_t objects = 0;  ///< different ones so far
        double seconds = 0;       ///< of video
        gint64 first = 0;         ///< monotonic microseconds at which the first frame came in; 0: none yet
        gint64 last = 0;          ///< at which the last one left
        std::string problem;      ///< why the sheet cannot be made; empty: none
    };

    /// `seconds` of video and number of `frames` to let through, 0: all.
    FrameWatch(double seconds, int frames) : seconds_(seconds), frames_(frames) {}
    /// Looks at the elements "input" and "overlay". Once.
    void attach(GstElement* pipeline);
    /// Ends the stream before the next frame.
    void stop() { stopped_ = true; }
    Now now() const;
    const ObjectTally& tally() const { return tally_; }
    const ContactSheet& sheet() const { return sheet_; }

private:
    static GstPadProbeReturn on_input(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept;
    static GstPadProbeReturn on_output(GstPad* pad, GstPadProbeInfo* info, gpointer self) noexcept;
    bool over(GstBuffer* buffer);
    void look(GstPad* pad, GstBuffer* buffer);

    const double seconds_;
    const int frames_;
    int let_in_ = 0;  // streaming thread
    std::atomic<bool> stopped_ = false;
    std::atomic<bool> ended_ = false;                  // the end went downstream
    GstClockTime begin_ = GST_CLOCK_TIME_NONE;         // of the input; streaming thread
    GstClockTime output_begin_ = GST_CLOCK_TIME_NONE;  // of the output; streaming thread
    ObjectTally tally_;                                // streaming thread
    ContactSheet sheet_;                               // streaming thread
    mutable std::mutex mutex_;                         // guards now_
    Now now_;
};

}  // namespace ausm::report
