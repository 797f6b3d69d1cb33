// SPDX-License-Identifier: MIT
// Where things are in each frame: affine maps and smooth paths.
#pragma once

#include "train/synthesis/clip_recipe.h"
#include "train/synthesis/random.h"

#include <vector>

namespace ausm::train {

struct Place {
    double x = 0, y = 0;
};

/// x' = xx x + xy y + x0, y' = yx x + yy y + y0; pixels, with pixel centres at whole numbers.
struct Affine {
    double xx = 1, xy = 0, x0 = 0, yx = 0, yy = 1, y0 = 0;

    [[nodiscard]] Place operator()(Place p) const { return {xx * p.x + xy * p.y + x0, yx * p.x + yy * p.y + y0}; }
    [[nodiscard]] Affine inverse() const;
};

/// Mirrors (if `flip`), scales and rotates around `from`, which ends at `to`.
[[nodiscard]] Affine similarity(Place from, Place to, double angle, double scale, bool flip);

/// [frames]: positions, beginning at 0, of something that moves about `velocity` a frame.
[[nodiscard]] std::vector<double> smooth_path(std::int64_t frames, double velocity, const PathRecipe& recipe,
                                              Random& random);

/// exp(N(0, sigma)), or 0 with probability `still`.
[[nodiscard]] double random_speed(double sigma, double still, Random& random);

}  // namespace ausm::train
