// SPDX-License-Identifier: MIT
// One stream of maskoverlay: what becomes of each picture that is drawn on.
#include "elements/maskoverlay/stream.h"

#include "elements/maskoverlay/soft_fill.h"

namespace ausm::gst::overlay {
namespace {

std::map<std::int64_t, Point> middles_of(std::span<const Annotation> objects) {
    std::map<std::int64_t, Point> middles;
    for (const Annotation& object : objects)
        if (object.has_box)
            middles[object.id] = {(object.x0 + object.x1) / 2, (object.y0 + object.y1) / 2};
    return middles;
}

}  // namespace

std::string OverlayStream::start(const OverlaySettings& settings) {
    reports_.restart();
    restart();
    if (!text_)
        static_cast<void>(text_.emplace().render("#0", font_size_for(0), G_MAXINT16));
    return hider_.load(settings);
}

void OverlayStream::restart() {
    judge_.reset();
    hider_.reset();
    cut_out_.reset();
    trails_.reset();
}

void OverlayStream::set_info(Output output, const GstVideoInfo& in, const GstVideoInfo& out) {
    info_ = in;
    out_info_ = out;
    reports_.note_new_way();
    restart();
    hider_.set_info(in);
    converter_ = output == Output::kMatte ? Converter(in, out) : Converter();
}

void OverlayStream::report(const FrameMasks& masks, const Fault& fault, Missing missing, const char* hidden) {
    if (missing != Missing::kPass)
        reports_.lacking(fault.lack, missing == Missing::kHide ? hidden : "A picture is left out", fault.why);
    else if (masks.complaint())
        reports_.malformed(masks.complaint());
    else if (masks.state() == FrameMasks::State::kNone)
        reports_.lost();
}

void OverlayStream::report_found(const FrameMasks& masks) {
    reports_.note_masks();
    if (const std::string why = misfit(masks, info_); !why.empty())
        reports_.stretched(why);
    if (masks.complaint())
        reports_.malformed(masks.complaint());
}

void OverlayStream::show_background(const Behind& behind) {
    if (behind.overdue)
        reports_.no_background();
    if (const std::string wrong = hider_.show(behind.picture ? &*behind.picture : nullptr); !wrong.empty())
        reports_.bad_background(wrong);
}

GstFlowReturn OverlayStream::draw(GstBuffer* buffer, const OverlaySettings& settings) {
    const FrameMasks masks(buffer);
    const auto fault = judge_.judge(masks, settings, info_);
    const bool passes = missing_of(settings) == Missing::kPass;
    if (fault && (!passes || masks.state() != FrameMasks::State::kFound))
        return draw_without_masks(buffer, masks, settings, *fault);

    FramePicture frame(buffer, info_, GST_MAP_READWRITE);
    if (!frame.error().empty()) {
        reports_.unreadable(frame.error(), passes ? "passed on" : "left out");
        return passes ? GST_FLOW_OK : GST_BASE_TRANSFORM_FLOW_DROPPED;
    }
    reports_.note_readable();
    report_found(masks);
    if (hides(settings.effect))
        hider_.hide(frame.picture(), masks, settings, judge_.age());
    const auto objects = meant_objects(masks, settings.filter);
    const Rest rest = draw_softly(frame.picture(), masks, objects, settings);
    annotate(frame.picture(), colour_code(info_), rest.map, objects,
             trails_.update(middles_of(objects), settings.trails), rest.look, *text_);
    return GST_FLOW_OK;
}

OverlayStream::Rest OverlayStream::draw_softly(const Picture& picture, const FrameMasks& masks,
                                               std::span<const Annotation> objects, const OverlaySettings& settings) {
    Rest rest{settings.look, masks.map()};
    rest.look.style = style_of(settings);
    if (rest.look.style == MaskStyle::kNone || settings.edge_smooth <= 0)
        return rest;
    const ValueTable values = values_of(objects);
    const AlphaPlane& alpha =
        cut_out_.update(picture, masks.map(), masks.confidence(), values, {settings.edge_smooth, 0, calm_of(settings)});
    owners_ = owners_of(masks.map(), values, picture.width, picture.height, settings.edge_smooth + picture.height / 64);
    if (rest.look.style != MaskStyle::kContour) {
        ValueColours colours{};
        for (const Annotation& object : objects)
            colours[object.value] = stored(palette_colour(rest.look.palette, object.id), colour_code(info_));
        fill_softly(picture, alpha, owners_, colours, rest.look.alpha);
    }
    if (rest.look.style == MaskStyle::kFill) {
        rest.look.style = MaskStyle::kNone;
        return rest;
    }
    keep_likely(owners_, alpha);
    rest.look.style = MaskStyle::kContour;
    rest.map = {owners_.values.data(), picture.width, picture.height};
    return rest;
}

GstFlowReturn OverlayStream::draw_without_masks(GstBuffer* buffer, const FrameMasks& masks,
                                                const OverlaySettings& settings, const Fault& fault) {
    const Missing missing = missing_of(settings);
    report(masks, fault, missing, "All of a picture is hidden");
    if (missing == Missing::kPass)
        return GST_FLOW_OK;
    if (missing == Missing::kDrop)
        return GST_BASE_TRANSFORM_FLOW_DROPPED;
    FramePicture frame(buffer, info_, GST_MAP_READWRITE);
    if (!frame.error().empty()) {
        reports_.unreadable(frame.error(), "left out");
        return GST_BASE_TRANSFORM_FLOW_DROPPED;
    }
    hider_.hide_all(frame.picture(), settings);
    return GST_FLOW_OK;
}

}  // namespace ausm::gst::overlay
