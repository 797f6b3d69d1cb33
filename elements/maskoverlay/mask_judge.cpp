// SPDX-License-Identifier: MIT
// Whether a picture's masks are good enough to hide something by them.
#include "elements/maskoverlay/mask_judge.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ausm::gst::overlay {
namespace {

/// Width to height as it is shown.
double shape(int width, int height, int pixel_aspect_n, int pixel_aspect_d) noexcept {
    return static_cast<double>(width) / height * pixel_aspect_n / pixel_aspect_d;
}

std::string size_text(int width, int height) { return std::to_string(width) + "x" + std::to_string(height); }

}  // namespace

std::string misfit(const FrameMasks& masks, const GstVideoInfo& info) {
    const GstAusmMetaView& view = masks.view();
    const double ratio = shape(info.width, info.height, std::max(info.par_n, 1), std::max(info.par_d, 1)) /
                         shape(view.width, view.height, view.pixel_aspect_n, view.pixel_aspect_d);
    if (std::abs(ratio - 1) <= 0.01)
        return {};
    return "it has " + size_text(info.width, info.height) + " pixels and another shape than the " +
           size_text(view.width, view.height) + " of the picture that was segmented";
}

std::optional<Fault> MaskJudge::judge(const FrameMasks& masks, const OverlaySettings& settings,
                                      const GstVideoInfo& info) {
    const bool found = masks.state() == FrameMasks::State::kFound;
    const auto verdict = freshness_.judge(found && masks.view().fresh, settings.hold);
    if (!settings.filter.error().empty())
        return Fault{Lack::kFilter, settings.filter.error()};
    if (masks.state() == FrameMasks::State::kNone)
        return Fault{Lack::kNoMasks, "it carries no masks"};
    if (!found)
        return Fault{Lack::kMalformed, "its segmentation metadata is malformed"};
    if (std::string why = misfit(masks, info); !why.empty())
        return Fault{Lack::kShape, std::move(why)};
    if (verdict == Freshness::Verdict::kBeforeFirst)
        return Fault{Lack::kBeforeFirst, "its masks were carried over from a picture before this stream's first"};
    if (verdict == Freshness::Verdict::kTooOld)
        return Fault{Lack::kTooOld, "its masks are more than " + std::to_string(settings.hold) + " pictures old"};
    return std::nullopt;
}

}  // namespace ausm::gst::overlay
