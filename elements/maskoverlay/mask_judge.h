// SPDX-License-Identifier: MIT
// Whether a picture's masks are good enough to hide something by them.
#pragma once

#include "elements/maskoverlay/frame_masks.h"
#include "elements/maskoverlay/freshness.h"
#include "elements/maskoverlay/reports.h"
#include "elements/maskoverlay/settings.h"

#include <gst/video/video.h>

#include <optional>
#include <string>

namespace ausm::gst::overlay {

struct Fault {
    Lack lack;
    std::string why;  ///< as in "all of it is hidden: `why`"
};

/// Thread-bound to the streaming thread.
class MaskJudge {
public:
    /// Pictures so far do not count any more.
    void reset() noexcept { freshness_.reset(); }

    /// The next picture's masks; `info` is the picture's.
    [[nodiscard]] std::optional<Fault> judge(const FrameMasks& masks, const OverlaySettings& settings,
                                             const GstVideoInfo& info);
    /// Pictures since the last fresh masks.
    [[nodiscard]] int age() const noexcept { return freshness_.age(); }

private:
    Freshness freshness_;
};

/// How the shape of masks that were found differs from the picture's; empty when it does not.
[[nodiscard]] std::string misfit(const FrameMasks& masks, const GstVideoInfo& info);

}  // namespace ausm::gst::overlay
