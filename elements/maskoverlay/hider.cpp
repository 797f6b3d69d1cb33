// SPDX-License-Identifier: MIT
// Hides what the masks of a picture say, or all of it.
#include "elements/maskoverlay/hider.h"

#include <algorithm>

namespace ausm::gst::overlay {
namespace {

/// A value of which nobody says what it is may be what is to be hidden, so it is hidden.
ValueTable hidden_values(const FrameMasks& masks, std::span<const Annotation> meant, bool background) {
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

std::vector<MapObject> map_objects(std::span<const Annotation> objects) {
    std::vector<MapObject> list;
    for (const Annotation& object : objects)
        list.push_back({object.id, object.value});
    return list;
}

}  // namespace

std::vector<Annotation> meant_objects(const FrameMasks& masks, const ObjectFilter& filter) {
    std::vector<Annotation> meant;
    std::copy_if(masks.objects().begin(), masks.objects().end(), std::back_inserter(meant),
                 [&](const Annotation& object) { return filter.means(object.id, object.label); });
    return meant;
}

ValueTable values_of(std::span<const Annotation> objects) noexcept {
    ValueTable values{};
    for (const Annotation& object : objects)
        values[object.value] = 255;
    return values;
}

void Hider::reset() {
    held_.reset();
    area_.reset();
    cut_out_.reset();
}

void Hider::set_info(const GstVideoInfo& info) {
    info_ = info;
    background_.fit(info);
    reset();
}

EffectLook Hider::effect_look(const OverlaySettings& settings) const {
    Effect effect = hides(settings.effect) ? settings.effect : Effect::kSolid;
    if (effect == Effect::kReplace && !background_.picture())
        effect = Effect::kSolid;
    return {effect, effect_block(info_.height, settings.strength), stored(colour_of(settings), colour_code(info_)),
            background_.picture()};
}

void Hider::hide_all(const Picture& picture, const OverlaySettings& settings) {
    area_.reset();
    cut_out_.reset();
    AlphaPlane all;
    all.assign(picture.width, picture.height, 255);
    apply_effect(picture, all, SharedAlpha::kLargest, effect_look(settings));
}

const AlphaPlane& Hider::hidden_area(const Picture& picture, const FrameMasks& masks, const OverlaySettings& settings,
                                     int age) {
    const auto meant = meant_objects(masks, settings.filter);
    held_.update(masks.map(), map_objects(meant), settings.on_background ? 0 : settings.hold);
    // What moves leaves the place that old masks say: a little further with each picture.
    const int dilate = dilate_of(settings, picture.height) * (1 + age);
    return area_.update(picture.width, picture.height, masks.map(), hidden_values(masks, meant, settings.on_background),
                        &held_, {dilate, softness_of(settings, picture.height), calm_of(settings)});
}

void Hider::hide(const Picture& picture, const FrameMasks& masks, const OverlaySettings& settings, int age) {
    const EffectLook look = effect_look(settings);
    if (!is_cut_out(settings))
        return apply_effect(picture, hidden_area(picture, masks, settings, age), SharedAlpha::kLargest, look);
    const ValueTable objects = values_of(meant_objects(masks, settings.filter));
    const int widen = -dilate_of(settings, picture.height) * (1 + age);
    around_ = cut_out_.update(picture, masks.map(), masks.confidence(), objects,
                              {softness_of(settings, picture.height), widen, calm_of(settings)});
    invert(around_);
    apply_effect(picture, around_, SharedAlpha::kMean, look);
}

}  // namespace ausm::gst::overlay
