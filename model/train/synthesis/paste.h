// SPDX-License-Identifier: MIT
// Cut-outs and sprites pasted over a scene, each with its own motion.
#pragma once

#include "train/synthesis/image_ops.h"
#include "train/synthesis/pool.h"
#include "train/synthesis/scene.h"

#include <optional>
#include <vector>

namespace ausm::train {

/// Non-rigid motion: two smooth fields of displacement that are mixed in turn.
struct Wobble {
    at::Tensor fields;  ///< [2, 2 (x, y), n, n] float32, in the cut-out's pixels
    double phase = 0, speed = 0;
    double reach = 0;  ///< the greatest displacement along x or y
};

/// What is pasted, and where it is in each frame.
struct Pasted {
    CutOut cut;
    std::vector<Affine> maps;  ///< [T]: from the cut-out's pixels to the frame's
    ColourMap colour{};
    std::optional<Wobble> wobble;
};

/// A cut-out of a size: `scale` makes it `size` pixels high (or 0.8 times wide).
struct Sized {
    CutOut cut;
    double scale = 1, width = 0, height = 0;  ///< width, height: in the frame
};
[[nodiscard]] Sized sized(CutOut cut, double size);

/// Colour and wobble as the recipe draws them; the motion is `maps`.
[[nodiscard]] Pasted dress(CutOut cut, std::vector<Affine> maps, const ClipRecipe& recipe, Random& random);

/// Size, beginning and motion as the recipe draws them.
[[nodiscard]] Pasted random_pasted(CutOut cut, const ClipRecipe& recipe, Random& random);

/// Smooth motion of something of that size which is at `where` in some frame.
[[nodiscard]] std::vector<Affine> drift(const Sized& what, Place where, bool flip, const ClipRecipe& recipe,
                                        Random& random);

/// Draws it over pictures and labels. -> its id, 0 when there are no more: then nothing is drawn.
std::uint8_t paste(Scene& scene, const Pasted& pasted);

/// As many cut-outs and sprites as the recipe draws from `counts`.
void add_pasted(Scene& scene, const std::vector<std::int64_t>& counts, const Pool& pool, const ClipRecipe& recipe,
                Random& random);

}  // namespace ausm::train
