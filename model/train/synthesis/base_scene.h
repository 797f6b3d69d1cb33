// SPDX-License-Identifier: MIT
// What is below everything pasted: a camera over a single picture, or a piece of a real video.
#pragma once

#include "train/synthesis/pool.h"
#include "train/synthesis/scene.h"

namespace ausm::train {

/// Pseudo-video: a crop that moves over a picture of the role. The pool must have it.
[[nodiscard]] Scene still_scene(const Pool& pool, Role role, const ClipRecipe& recipe, Random& random);

/// Frames of a video at a stride, forwards or backwards; a video that is too short runs to and fro.
[[nodiscard]] Scene video_scene(const Pool& pool, const ClipRecipe& recipe, Random& random);

/// The frames that video_scene takes of `count`: [T].
[[nodiscard]] std::vector<std::size_t> video_frames(std::int64_t count, const ClipRecipe& recipe, Random& random);

}  // namespace ausm::train
