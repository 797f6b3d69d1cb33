// SPDX-License-Identifier: MIT
// What the frames of one stream of ausmsegment carry, and what the last one carried.
#pragma once

#include "model/ausm.h"

#include "gst/gstausmanalytics.h"
#include "gst/raii.h"

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

namespace ausm::gst {

/// Thread-bound to the streaming thread, but for the members under "any thread". Buffers given to it are writable.
class SegmentOutput {
public:
    /// Where a frame stands, and how it is written about.
    struct Frame {
        int width = 0, height = 0;  ///< pixels of the picture
        GstClockTime time = GST_CLOCK_TIME_NONE;
        bool analytics = true;
        int pixel_aspect_n = 1, pixel_aspect_d = 1;
    };

    /// There is no last frame any more; `numbers`: frames are numbered anew, too.
    void restart(bool numbers);
    /// The metadata of a frame that the model has seen; its maps are moved out of the result. Throws std::logic_error
    /// when the model gave maps of an impossible size.
    void attach(GstBuffer* buffer, Result& result, const Frame& frame, const std::string& model);
    /// Whether the last frame had a picture of this size.
    [[nodiscard]] bool can_repeat(int width, int height) const;
    /// The last frame's metadata, marked as not fresh.
    void repeat(GstBuffer* buffer, const Frame& frame);
    /// A frame that carries nothing.
    void skip() noexcept { marks_ = Marks::kSome; }
    /// marks_every_frame() begins anew.
    void count_marked_anew() noexcept { marks_ = Marks::kNone; }

    // any thread
    /// Whether there were frames since the stream's start or flush, and all of them carry metadata.
    [[nodiscard]] bool marks_every_frame() const noexcept { return marks_ == Marks::kAll; }
    /// Of the last frame's picture; 0 when there is none.
    struct Size {
        int width = 0, height = 0;
    };
    [[nodiscard]] Size size() const;
    /// The id of the object that the last map shows at a normalised place; 0: none, or outside.
    [[nodiscard]] std::int64_t object_at(double x, double y) const;

private:
    enum class Marks { kNone, kAll, kSome };

    void note_marked() noexcept;

    std::atomic<Marks> marks_{Marks::kNone};  // what frames carried so far
    guint64 serial_ = 0;
    AnalyticsWriter analytics_;
    mutable std::mutex mutex_;  // guards last_; innermost
    Owned<GstBuffer> last_;     // no pixels, only the last metadata; never written to again
};

}  // namespace ausm::gst
