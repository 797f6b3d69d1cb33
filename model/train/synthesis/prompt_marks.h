// SPDX-License-Identifier: MIT
// What a user might give for an object in place of its mask: a box, a point, a scribble.
#pragma once

#include "nn/marker.h"
#include "train/synthesis/clip_recipe.h"
#include "train/synthesis/random.h"

namespace ausm::train {

struct PromptMark {
    at::Tensor mark;  ///< [h4, w4] uint8, 0 .. 255
    MarkKind kind = MarkKind::kMask;
};

/// mask [h4, w4] uint8, not empty. Boxes are filled; points are disks around a cell well inside the object, and
/// scribbles strokes between such cells that stay within it.
[[nodiscard]] PromptMark prompt_mark(const at::Tensor& mask, const PromptRecipe& recipe, Random& random);

/// [h, w] uint8, 0 or not -> [h, w] float32: about how many cells it is from each cell to the nearest 0; beyond the
/// borders all is 0. Chamfer distance with steps 0.955 and 1.3693 (Borgefors 1986).
[[nodiscard]] at::Tensor depth_inside(const at::Tensor& on);

}  // namespace ausm::train
