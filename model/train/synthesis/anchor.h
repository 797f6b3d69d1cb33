// SPDX-License-Identifier: MIT
// Which frame of a clip becomes the network's anchor, and what is marked there.
#pragma once

#include "train/clip.h"
#include "train/synthesis/clip_recipe.h"

namespace ausm::train {

/// Fills the anchor of a clip that is complete in all else. Only objects that are known by then (t >= t_i - 1) and
/// visible are marked; a clip without any has none.
void add_anchor(Clip& clip, const ClipRecipe& recipe, Random& random);

}  // namespace ausm::train
