// SPDX-License-Identifier: MIT
// The effects that hide a part of a picture, and how strong they are.
#include "elements/maskoverlay/effect.h"

#include <algorithm>
#include <cmath>

namespace ausm::gst::overlay {
namespace {

constexpr int kLeastBlock = 8;    // 4 x 4 samples of planes that 2 x 2 pixels share
constexpr int kLeastPixels = 64;  // of a picture that is not painted over

std::unique_ptr<EffectRows> rows_for(const Picture& picture, std::size_t index, const EffectLook& look) {
    const DrawPlane& plane = picture.planes[index];
    const int width = samples_across(picture, plane), height = samples_down(picture, plane);
    const bool tiny = std::int64_t{picture.width} * picture.height < kLeastPixels;
    const BlockSize block{look.block / plane.across, look.block / plane.down};
    if (look.effect == Effect::kReplace)
        return picture_rows(look.background->planes[index]);
    if (look.effect == Effect::kBlur && !tiny)
        return blurred_rows(block_means(plane, width, height, block), plane, width, block);
    if (look.effect == Effect::kPixelate && !tiny)
        return pixelated_rows(block_means(plane, width, height, block), plane, width, block);
    return solid_rows(plane, width, look.colour);
}

}  // namespace

int effect_block(int height, double strength) noexcept {
    const double share = strength > kLeastStrength ? std::min(strength, 1.0) : kLeastStrength;  // NaN, too
    return std::max(kLeastBlock, static_cast<int>(std::lround(height * share / 2)) * 2);
}

void apply_effect(const Picture& picture, const AlphaPlane& alpha, SharedAlpha shared, const EffectLook& look) {
    std::vector<std::unique_ptr<EffectRows>> effects;
    for (std::size_t i = 0; i < used_planes(picture).size(); ++i)
        effects.push_back(rows_for(picture, i, look));
    composite(picture, alpha, shared, effects);
}

}  // namespace ausm::gst::overlay
