// SPDX-License-Identifier: MIT
// Objects that are away for several frames and come back: what only a state can follow.
#pragma once

#include "train/synthesis/paste.h"

namespace ausm::train {

/// Something passes over an object and hides it, or an object leaves the frame, for as many frames as the recipe says;
/// in the first two and the last two frames it is there. Recorded in scene.absences when the labels confirm it: hidden
/// in all of those frames, an object before and after. The last thing to be pasted. recipe.frames >= 6.
void add_absence(Scene& scene, const Pool& pool, const ClipRecipe& recipe, Random& random);

/// Frames without an object: [first, first + count), with two frames before and after.
[[nodiscard]] Absence draw_absence(const ClipRecipe& recipe, Random& random);

}  // namespace ausm::train
