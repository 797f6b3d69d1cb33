// SPDX-License-Identifier: MIT
// Fills the areas of objects with soft borders: as an effect of which every pixel has the colour of its object.
#include "elements/maskoverlay/soft_fill.h"

#include "elements/maskoverlay/compositor.h"
#include "elements/maskoverlay/samples.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace ausm::gst::overlay {
namespace {

class OwnersColours : public EffectRows {
public:
    OwnersColours(const DrawPlane& plane, int width, const AlphaPlane& owners, const ValueColours& colours)
        : plane_(plane), owners_(owners), colours_(colours),
          row_(static_cast<std::size_t>(width * plane.pixel_bytes())) {}

    const std::uint8_t* row(int y, int begin, int end) override {
        with_samples(plane_, [&](auto samples) {
            for (int x = begin; x < end; ++x) {
                const Colour& colour = colours_[owner(x, y)];
                for (std::size_t component = 0; component < colour.size(); ++component)
                    if (plane_.offsets[component] >= 0)
                        samples.put(row_.data(), x * plane_.step + plane_.offsets[component],
                                    samples.scaled(colour[component]));
            }
        });
        return row_.data();
    }

private:
    /// Of a sample that pixels share: the first of theirs.
    [[nodiscard]] std::uint8_t owner(int x, int y) const noexcept {
        if (plane_.across == 1)
            return owners_.row(y)[x];
        const int left = 2 * x, right = std::min(left + 1, owners_.width - 1);
        const int upper = y * plane_.down, lower = std::min(upper + plane_.down - 1, owners_.height - 1);
        for (const std::uint8_t value :
             {owners_.row(upper)[left], owners_.row(upper)[right], owners_.row(lower)[left], owners_.row(lower)[right]})
            if (value != 0)
                return value;
        return 0;
    }

    DrawPlane plane_;
    const AlphaPlane& owners_;
    const ValueColours& colours_;
    std::vector<std::uint8_t> row_;
};

}  // namespace

AlphaPlane owners_of(const LabelMap& map, const ValueTable& meant, int width, int height, int reach) {
    AlphaPlane owners;
    owners.resize(width, height);
    LabelRows rows(map, width, height);
    for (int y = 0; y < height; ++y) {
        const std::uint8_t* values = rows.row(y);
        std::transform(values, values + width, owners.row(y),
                       [&](std::uint8_t value) { return static_cast<std::uint8_t>(value & meant[value]); });
    }
    AlphaPlane near = owners;
    widen(near, reach);
    std::transform(owners.values.begin(), owners.values.end(), near.values.begin(), owners.values.begin(),
                   [](std::uint8_t own, std::uint8_t other) { return own != 0 ? own : other; });
    return owners;
}

void fill_softly(const Picture& picture, const AlphaPlane& alpha, const AlphaPlane& owners, const ValueColours& colours,
                 double opacity) {
    const auto share = static_cast<unsigned>(std::lround(std::clamp(opacity, 0.0, 1.0) * 256));
    AlphaPlane strength = alpha;
    for (std::size_t i = 0; i < strength.values.size(); ++i)
        strength.values[i] =
            owners.values[i] != 0 ? static_cast<std::uint8_t>(strength.values[i] * share >> 8) : std::uint8_t{0};
    std::vector<std::unique_ptr<EffectRows>> effects;
    for (const DrawPlane& plane : used_planes(picture))
        effects.push_back(std::make_unique<OwnersColours>(plane, samples_across(picture, plane), owners, colours));
    composite(picture, strength, SharedAlpha::kMean, effects);
}

void keep_likely(AlphaPlane& owners, const AlphaPlane& alpha) noexcept {
    for (std::size_t i = 0; i < owners.values.size(); ++i)
        owners.values[i] = alpha.values[i] > 127 ? owners.values[i] : std::uint8_t{0};
}

}  // namespace ausm::gst::overlay
