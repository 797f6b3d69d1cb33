// SPDX-License-Identifier: MIT
// Affine maps by hand; paths as sums of velocities.
#include "train/synthesis/motion.h"

#include <cmath>

namespace ausm::train {

Affine Affine::inverse() const {
    const double determinant = xx * yy - xy * yx;
    Affine inverse{yy / determinant, -xy / determinant, 0, -yx / determinant, xx / determinant, 0};
    inverse.x0 = -(inverse.xx * x0 + inverse.xy * y0);
    inverse.y0 = -(inverse.yx * x0 + inverse.yy * y0);
    return inverse;
}

Affine similarity(Place from, Place to, double angle, double scale, bool flip) {
    const double c = std::cos(angle) * scale, s = std::sin(angle) * scale, mirror = flip ? -1 : 1;
    Affine map{c * mirror, -s, 0, s * mirror, c, 0};
    const auto moved = map(from);
    map.x0 = to.x - moved.x;
    map.y0 = to.y - moved.y;
    return map;
}

std::vector<double> smooth_path(std::int64_t frames, double velocity, const PathRecipe& recipe, Random& random) {
    const double acceleration = recipe.acceleration * random.uniform(-1, 1);
    const bool turns = random.chance(recipe.turn);
    const double first = random.sign();
    std::vector<double> path(static_cast<std::size_t>(frames), 0.);
    for (std::size_t t = 1; t < path.size(); ++t) {
        const double when = 2 * static_cast<double>(t) / static_cast<double>(frames - 1) - 1;
        double step = velocity * (1 + acceleration * when + random.normal(recipe.jitter));
        if (turns)
            step *= when < 0 ? first : -first;
        path[t] = path[t - 1] + step;
    }
    return path;
}

double random_speed(double sigma, double still, Random& random) {
    const double speed = std::exp(random.normal(sigma));
    return random.chance(still) ? 0 : speed;
}

}  // namespace ausm::train
