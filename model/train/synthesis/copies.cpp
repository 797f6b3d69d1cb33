// SPDX-License-Identifier: MIT
// One cut-out, dressed once.
#include "train/synthesis/copies.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace ausm::train {
namespace {

constexpr int kTries = 12;       // places that are tried for a copy
constexpr double kApart = 0.9;   // sizes between the centres of two copies
constexpr double kInset = 0.35;  // sizes between a centre and the frame's border

double nearest(Place place, const std::vector<Place>& others) {
    double least = 1e9;
    for (const auto& other : others)
        least = std::min(least, std::hypot(place.x - other.x, place.y - other.y));
    return least;
}

/// The first place that is far enough from the others, or the farthest.
Place free_place(const std::vector<Place>& taken, const Sized& what, const ClipRecipe& recipe, Random& random) {
    const auto along = [&](std::int64_t length, double own) {
        const double whole = static_cast<double>(length), inset = std::min(kInset * own, whole / 2);
        return random.uniform(inset, whole - inset);
    };
    Place best;
    double farthest = -1;
    for (int i = 0; i < kTries && farthest < kApart * std::max(what.width, what.height); ++i) {
        Place place;
        place.x = along(recipe.width, what.width);
        place.y = along(recipe.height, what.height);
        if (const double distance = nearest(place, taken); distance > farthest) {
            farthest = distance;
            best = place;
        }
    }
    return best;
}

/// Where the ways of all copies cross.
struct Crossing {
    std::size_t frame = 0;
    Place place;
};

Crossing draw_crossing(const ClipRecipe& recipe, Random& random) {
    Crossing crossing;
    crossing.frame = static_cast<std::size_t>(recipe.frames / 3 + random.below(recipe.frames / 3 + 1));
    crossing.place.x = static_cast<double>(recipe.width) * random.uniform(1. / 3, 2. / 3);
    crossing.place.y = static_cast<double>(recipe.height) * random.uniform(1. / 3, 2. / 3);
    return crossing;
}

/// Shifts a way so that `centre`, a point of the cut-out, comes there.
void lead_through(const Crossing& crossing, Place centre, std::vector<Affine>& maps) {
    const auto there = maps[crossing.frame](centre);
    for (auto& map : maps) {
        map.x0 += crossing.place.x - there.x;
        map.y0 += crossing.place.y - there.y;
    }
}

}  // namespace

void add_copies(Scene& scene, const Pool& pool, const ClipRecipe& recipe, Random& random) {
    const auto count = random.whole(recipe.copies.count);
    const double size = static_cast<double>(recipe.height) * random.uniform(recipe.copies.size);
    auto cut = pool.draw_cut_out(random);
    if (!cut)
        return;
    const auto what = sized(std::move(*cut), size);
    auto copy = dress(what.cut, {}, recipe, random);
    const bool flip = random.chance(recipe.pasted.flip);
    const Place centre{static_cast<double>(what.cut.alpha.size(1)) / 2,
                       static_cast<double>(what.cut.alpha.size(0)) / 2};
    std::optional<Crossing> crossing;
    if (recipe.copies.cross > 0 && random.chance(recipe.copies.cross))  // 0 draws nothing: clips stay what they were
        crossing = draw_crossing(recipe, random);
    std::vector<Place> taken;
    for (std::int64_t i = 0; i < count; ++i) {
        taken.push_back(free_place(taken, what, recipe, random));
        copy.maps = drift(what, taken.back(), flip, recipe, random);
        if (crossing)
            lead_through(*crossing, centre, copy.maps);
        if (copy.wobble)
            copy.wobble->phase = random.angle();
        paste(scene, copy);
    }
}

}  // namespace ausm::train
