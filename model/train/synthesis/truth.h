// SPDX-License-Identifier: MIT
// From a scene with instance ids to a training sample: which instances are objects, when each is found, what is shown.
#pragma once

#include "train/clip.h"
#include "train/synthesis/clip_recipe.h"
#include "train/synthesis/scene.h"

namespace ausm::train {

/// images [T, 3, H, W] uint8: the scene's frames as the network is to see them; they become clip.images.
[[nodiscard]] Clip label(const Scene& scene, at::Tensor images, const ClipRecipe& recipe, Random& random);

}  // namespace ausm::train
