// SPDX-License-Identifier: MIT
// Several identical things in one clip, so that looks alone cannot tell them apart.
#pragma once

#include "train/synthesis/paste.h"

namespace ausm::train {

/// Pastes as many copies of one cut-out as the recipe says, apart from each other where there is room, each with its own
/// motion. At times their ways cross, in the middle third of the clip and of the frame.
void add_copies(Scene& scene, const Pool& pool, const ClipRecipe& recipe, Random& random);

}  // namespace ausm::train
