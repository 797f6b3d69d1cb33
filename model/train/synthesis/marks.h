// SPDX-License-Identifier: MIT
// The marks that teacher forcing shows: the truth with the faults that a network's own masks have.
#pragma once

#include "train/synthesis/clip_recipe.h"
#include "train/synthesis/random.h"

#include <ATen/core/Tensor.h>

namespace ausm::train {

/// mask [h4, w4] uint8, 0 .. 255 -> the same: dropped, or shifted, softly shrunk or grown, with holes and leaks.
[[nodiscard]] at::Tensor faulty_mark(const at::Tensor& mask, const MarkRecipe& recipe, Random& random);

}  // namespace ausm::train
