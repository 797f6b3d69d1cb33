// SPDX-License-Identifier: MIT
// One stream of maskoverlay: what becomes of each picture.
#include "elements/maskoverlay/stream.h"

#include <algorithm>
#include <cmath>

namespace ausm::gst::overlay {
namespace {

/// Width to height as it is shown.
double shape(int width, int height, int pixel_aspect_n, int pixel_aspect_d) noexcept {
    return static_cast<double>(width) / height * pixel_aspect_n / pixel_aspect_d;
}

std::string size_text(int width, int height) { return std::to_string(width) + "x" + std::to_string(height); }

/// What the filter leaves.
std::vector<Annotation> meant_objects(const FrameMasks& masks, const ObjectFilter& filter) {
    std::vector<Annotation> meant;
    std::copy_if(masks.objects().begin(), masks.objects().end(), std::back_inserter(meant),
                 [&](const Annotation& object) { return filter.means(object.id, object.label); });
    return meant;
}

/// A value of which nobody says what it is may be what is to be hidden, so it is hidden.
ValueTable hidden_values(const FrameMasks& masks, const std::vector<Annotation>& meant, bool background) {
    ValueTable hidden;
    hidden.fill(255);
    if (!background) {
        hidden[0] = 0;
        for (const Annotation& object : masks.objects())
            hidden[object.value] = 0;
    }
    for (const Annotation& object : meant)
        hidden[object.value] = background ? 0 : 255;
    return hidden;
}

}  // namespace

void OverlayStream::start() {
    reports_.restart();
    restart();
    if (!text_)
        static_cast<void>(text_.emplace().render("#0", font_size_for(0), G_MAXINT16));
}

void OverlayStream::restart() {
    freshness_.reset();
    held_.reset();
    area_.reset();
}

void OverlayStream::set_info(const GstVideoInfo& info) {
    info_ = info;
    reports_.note_new_way();
    restart();
}

std::string OverlayStream::misfit(const FrameMasks& masks) const {
    const GstAusmMetaView& view = masks.view();
    const double ratio = shape(info_.width, info_.height, std::max(info_.par_n, 1), std::max(info_.par_d, 1)) /
                         shape(view.width, view.height, view.pixel_aspect_n, view.pixel_aspect_d);
    if (std::abs(ratio - 1) <= 0.01)
        return {};
    return "it has " + size_text(info_.width, info_.height) + " pixels and another shape than the " +
           size_text(view.width, view.height) + " of the picture that was segmented";
}

std::optional<OverlayStream::Fault> OverlayStream::judge(const FrameMasks& masks, const OverlaySettings& settings) {
    const bool found = masks.state() == FrameMasks::State::kFound;
    const auto verdict = freshness_.judge(found && masks.view().fresh, settings.hold);
    if (!settings.filter.error().empty())
        return Fault{Lack::kFilter, settings.filter.error()};
    if (masks.state() == FrameMasks::State::kNone)
        return Fault{Lack::kNoMasks, "it carries no masks"};
    if (!found)
        return Fault{Lack::kMalformed, "its segmentation metadata is malformed"};
    if (std::string why = misfit(masks); !why.empty())
        return Fault{Lack::kShape, std::move(why)};
    if (verdict == Freshness::Verdict::kBeforeFirst)
        return Fault{Lack::kBeforeFirst, "its masks were carried over from a picture before this stream's first"};
    if (verdict == Freshness::Verdict::kTooOld)
        return Fault{Lack::kTooOld, "its masks are more than " + std::to_string(settings.hold) + " pictures old"};
    return std::nullopt;
}

GstFlowReturn OverlayStream::draw(GstBuffer* buffer, const OverlaySettings& settings) {
    const FrameMasks masks(buffer);
    const auto fault = judge(masks, settings);
    const bool passes = missing_of(settings) == Missing::kPass;
    if (masks.state() == FrameMasks::State::kFound)
        reports_.note_masks();
    if (fault && (!passes || masks.state() != FrameMasks::State::kFound))
        return draw_without_masks(buffer, masks, settings, *fault);

    FramePicture frame(buffer, info_, GST_MAP_READWRITE);
    if (!frame.error().empty()) {
        reports_.unreadable(frame.error(), passes ? "passed on" : "left out");
        return passes ? GST_FLOW_OK : GST_BASE_TRANSFORM_FLOW_DROPPED;
    }
    reports_.note_readable();
    if (const std::string why = misfit(masks); !why.empty())
        reports_.stretched(why);
    if (masks.complaint())
        reports_.malformed(masks.complaint());
    if (hides(settings.effect))
        hide(frame.picture(), masks, settings);
    Look look = settings.look;
    look.style = style_of(settings);
    annotate(frame.picture(), colour_code(info_), masks.map(), meant_objects(masks, settings.filter), look, *text_);
    return GST_FLOW_OK;
}

GstFlowReturn OverlayStream::draw_without_masks(GstBuffer* buffer, const FrameMasks& masks,
                                                const OverlaySettings& settings, const Fault& fault) {
    const Missing missing = missing_of(settings);
    if (missing == Missing::kPass) {
        if (masks.complaint())
            reports_.malformed(masks.complaint());
        else
            reports_.lost();
        return GST_FLOW_OK;
    }
    reports_.lacking(fault.lack, missing == Missing::kHide ? "All of a picture is hidden" : "A picture is left out",
                     fault.why);
    if (missing == Missing::kDrop)
        return GST_BASE_TRANSFORM_FLOW_DROPPED;
    FramePicture frame(buffer, info_, GST_MAP_READWRITE);
    if (!frame.error().empty()) {
        reports_.unreadable(frame.error(), "left out");
        return GST_BASE_TRANSFORM_FLOW_DROPPED;
    }
    hide_all(frame.picture(), settings);
    return GST_FLOW_OK;
}

EffectLook OverlayStream::effect_look(const OverlaySettings& settings) const {
    return {hides(settings.effect) ? settings.effect : Effect::kSolid, effect_block(info_.height, settings.strength),
            stored(colour_of(settings), colour_code(info_)), nullptr};
}

void OverlayStream::hide_all(const Picture& picture, const OverlaySettings& settings) {
    area_.reset();
    AlphaPlane all;
    all.assign(picture.width, picture.height, 255);
    apply_effect(picture, all, SharedAlpha::kLargest, effect_look(settings));
}

void OverlayStream::hide(const Picture& picture, const FrameMasks& masks, const OverlaySettings& settings) {
    const auto meant = meant_objects(masks, settings.filter);
    const ValueTable hidden = hidden_values(masks, meant, settings.on_background);
    std::vector<MapObject> objects;
    for (const Annotation& object : meant)
        objects.push_back({object.id, object.value});
    held_.update(masks.map(), objects, settings.on_background ? 0 : settings.hold);
    // What moves leaves the place that old masks say: a little further with each picture.
    const int dilate = dilate_of(settings, picture.height) * (1 + freshness_.age());
    const AlphaPlane& area = area_.update(picture.width, picture.height, masks.map(), hidden, &held_,
                                          {dilate, softness_of(settings, picture.height), settings.temporal_smooth});
    apply_effect(picture, area, SharedAlpha::kLargest, effect_look(settings));
}

}  // namespace ausm::gst::overlay
