// SPDX-License-Identifier: MIT
// What a camera and an encoder do to a finished clip.
#pragma once

#include "train/synthesis/image_ops.h"

namespace ausm::train {

/// Contrast, brightness, saturation and channel gains; `strength` scales the recipe's.
[[nodiscard]] ColourMap random_colour(const PhotometricRecipe& recipe, double strength, Random& random);

/// frames [T, H, W, 3] uint8 -> [T, 3, H, W] uint8: colour, and at times blur, noise, compression.
[[nodiscard]] at::Tensor photometric(const at::Tensor& frames, const PhotometricRecipe& recipe, Random& random);

/// picture [3, H, W] float32, 0 .. 255; H, W multiples of 16; quality 1 .. 100 -> what JPEG with 4:2:0 chroma makes of
/// it: 8 x 8 blocks quantised by the tables of ITU-T T.81, annex K, scaled by quality as libjpeg does.
[[nodiscard]] at::Tensor compress(const at::Tensor& picture, std::int64_t quality);

}  // namespace ausm::train
