// SPDX-License-Identifier: MIT
// Each fault has a probability of its own, so that some marks have several and some none.
#include "train/synthesis/marks.h"

#include "train/synthesis/image_ops.h"

#include <ATen/ATen.h>

namespace ausm::train {
namespace {

/// [1, 1, h, w] float32: smooth, from rows x columns random values in 0 .. 1.
at::Tensor smooth_field(std::int64_t rows, std::int64_t columns, const at::Tensor& like, Random& random) {
    const auto coarse = at::empty({1, 1, rows, columns}, at::kFloat);
    auto* values = coarse.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < coarse.numel(); ++i)
        values[i] = static_cast<float>(random.uniform());
    return at::upsample_bicubic2d(coarse, {like.size(-2), like.size(-1)}, /*align_corners=*/false);
}

/// Scaled about the corner, so that the far side of the frame moves most.
at::Tensor shifted(const at::Tensor& mask, const MarkRecipe& recipe, Random& random) {
    Affine map;
    map.xx = 1 + random.normal(recipe.shift_scale);
    map.x0 = random.normal(recipe.shift_move);
    map.yy = 1 + random.normal(recipe.shift_scale);
    map.y0 = random.normal(recipe.shift_move);
    return warp_mask(mask, map);
}

/// Blurred and cut at another level than the half.
at::Tensor softened(const at::Tensor& mark, const MarkRecipe& recipe, Random& random) {
    const auto weights = gaussian_weights(random.whole(recipe.soften_radius));
    const double level = random.uniform(recipe.soften_level);
    const auto blurred = blur_columns(blur_rows(mark.squeeze(0), weights), weights).unsqueeze(0);
    return ((blurred - level) * recipe.soften_gain + 0.5).clamp_(0, 1);
}

}  // namespace

at::Tensor faulty_mark(const at::Tensor& mask, const MarkRecipe& recipe, Random& random) {
    if (random.chance(recipe.drop))
        return at::zeros_like(mask);
    const auto moved = random.chance(recipe.shift) ? shifted(mask, recipe, random) : mask;
    const bool softens = random.chance(recipe.soften), holes = random.chance(recipe.holes);
    const bool leaks = random.chance(recipe.leaks);
    if (!softens && !holes && !leaks)
        return moved;
    auto mark = moved.to(at::kFloat).div_(255).unsqueeze(0).unsqueeze(0);
    if (softens)
        mark = softened(mark, recipe, random);
    if (holes)
        mark = mark * (smooth_field(4, 6, mark, random) * recipe.holes_gain).clamp_(0, 1);
    if (leaks) {
        const auto radius = recipe.leaks_radius;
        const auto grown = at::max_pool2d(mark, {2 * radius + 1, 2 * radius + 1}, {1, 1}, {radius, radius});
        const auto where = ((smooth_field(6, 9, mark, random) - recipe.leaks_level) * recipe.leaks_gain).clamp_(0, 1);
        mark = at::maximum(mark, grown * where);
    }
    return to_bytes(mark * 255).squeeze(0).squeeze(0);
}

}  // namespace ausm::train
