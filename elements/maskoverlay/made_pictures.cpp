// SPDX-License-Identifier: MIT
// What OverlayStream makes anew of a picture: a matte, or a mask.
#include "elements/maskoverlay/matte.h"
#include "elements/maskoverlay/stream.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace ausm::gst::overlay {
namespace {

constexpr int kUnknown = 255;  // in a mask: no object has it

FramePicture& mapped(FramePicture& frame) {
    if (!frame.error().empty())
        throw std::runtime_error(frame.error());
    return frame;
}

/// What is not alpha in RGBx is taken for it by GStreamer where it only copies; of all other formats it makes a good one.
bool has_good_alpha(const GstVideoInfo& from) noexcept {
    return GST_VIDEO_INFO_FORMAT(&from) != GST_VIDEO_FORMAT_RGBx &&
           GST_VIDEO_INFO_FORMAT(&from) != GST_VIDEO_FORMAT_BGRx;
}

void cut_with(FramePicture& matte, const AlphaPlane& alpha, const GstVideoInfo& from, const GstVideoInfo& to) {
    cut(matte.picture(), GST_VIDEO_FRAME_COMP_POFFSET(matte.frame(), GST_VIDEO_COMP_A),
        has_good_alpha(from) ? OwnAlpha::kKept : OwnAlpha::kNone, alpha, stored({0, 0, 0}, colour_code(to)));
}

/// All of the picture is in it, or nothing.
AlphaPlane even(const GstVideoInfo& info, std::uint8_t value) {
    AlphaPlane plane;
    plane.assign(info.width, info.height, value);
    return plane;
}

void fill(const Picture& mask, int value) noexcept {
    for (int y = 0; y < mask.height; ++y)
        std::memset(mask.planes[0].row(y), value, static_cast<std::size_t>(mask.width));
}

/// The values of the map, of the objects that are not meant none.
void write_values(const Picture& mask, const FrameMasks& masks, const ObjectFilter& filter) {
    std::array<std::uint8_t, 256> shown;
    for (std::size_t value = 0; value < shown.size(); ++value)
        shown[value] = static_cast<std::uint8_t>(value);
    for (const Annotation& object : masks.objects())
        if (!filter.means(object.id, object.label))
            shown[object.value] = 0;
    LabelRows rows(masks.map(), mask.width, mask.height);
    for (int y = 0; y < mask.height; ++y) {
        const std::uint8_t* values = rows.row(y);
        std::transform(values, values + mask.width, mask.planes[0].row(y),
                       [&](std::uint8_t value) { return shown[value]; });
    }
}

}  // namespace

const AlphaPlane& OverlayStream::cut_out(const Picture& picture, const FrameMasks& masks,
                                         const OverlaySettings& settings) {
    const int widen = dilate_of(settings, picture.height) * (settings.on_background ? -1 : 1);
    const AlphaPlane& objects =
        cut_out_.update(picture, masks.map(), masks.confidence(), values_of(meant_objects(masks, settings.filter)),
                        {softness_of(settings, picture.height), widen, calm_of(settings)});
    if (!settings.on_background)
        return objects;
    around_ = objects;
    invert(around_);
    return around_;
}

GstFlowReturn OverlayStream::make_matte(GstBuffer* buffer, GstBuffer* matte, const OverlaySettings& settings) {
    const FrameMasks masks(buffer);
    const auto fault = judge_.judge(masks, settings, info_);
    const Missing missing = missing_of(settings);
    const bool found = masks.state() == FrameMasks::State::kFound;
    const bool lacking = fault && (missing != Missing::kPass || !found);
    if (lacking)
        report(masks, *fault, missing, "A picture is cut out as if nothing was in it");
    if (lacking && missing == Missing::kDrop)
        return GST_BASE_TRANSFORM_FLOW_DROPPED;

    FramePicture source(buffer, info_, GST_MAP_READ), target(matte, out_info_, GST_MAP_READWRITE);
    if (!source.error().empty()) {
        reports_.unreadable(source.error(), "left out");
        return GST_BASE_TRANSFORM_FLOW_DROPPED;
    }
    reports_.note_readable();
    if (lacking && missing == Missing::kHide) {
        cut_with(mapped(target), even(info_, 0), info_, out_info_);
        return GST_FLOW_OK;
    }
    converter_.convert(*source.frame(), *mapped(target).frame());
    if (lacking) {
        cut_with(target, even(info_, 255), info_, out_info_);
    } else {
        report_found(masks);
        cut_with(target, cut_out(source.picture(), masks, settings), info_, out_info_);
    }
    return GST_FLOW_OK;
}

GstFlowReturn OverlayStream::make_mask(GstBuffer* buffer, GstBuffer* mask, const OverlaySettings& settings) {
    const FrameMasks masks(buffer);
    const auto fault = judge_.judge(masks, settings, info_);
    const Missing missing = missing_of(settings);
    const bool lacking = fault && (missing != Missing::kPass || masks.state() != FrameMasks::State::kFound);
    if (lacking)
        report(masks, *fault, missing, "A mask is 255 throughout");
    if (lacking && missing == Missing::kDrop)
        return GST_BASE_TRANSFORM_FLOW_DROPPED;
    FramePicture target(mask, out_info_, GST_MAP_READWRITE);
    if (lacking) {
        fill(mapped(target).picture(), missing == Missing::kHide ? kUnknown : 0);
        return GST_FLOW_OK;
    }
    report_found(masks);
    write_values(mapped(target).picture(), masks, settings.filter);
    return GST_FLOW_OK;
}

}  // namespace ausm::gst::overlay
