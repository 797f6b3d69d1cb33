// SPDX-License-Identifier: MIT
// Weights to begin with when only the backbone is known.
#pragma once

#include "io/safetensors.h"

#include <ATen/core/Tensor.h>

namespace ausm::train {

/// The backbone of `weights`, and everything else new: the "matching initialisation", in which the network already looks
/// things up by likeness before its first step. Features are whitened (statistics of `images`), queries and keys of the
/// history attention share one orthogonal matrix and their output undoes what the values did, the embedding of a query
/// meets mask features through the same directions, the detection queries begin as the position codes of a grid, and
/// residual branches are damped. Without it tracking does not begin to be learnt (README.md has the figures).
/// images: [B, 3, H, W] uint8, some tens of pictures, H and W multiples of 32. The metadata is that of `weights`.
[[nodiscard]] io::Safetensors initial_weights(const io::Safetensors& weights, const at::Tensor& images,
                                              std::uint64_t seed);

}  // namespace ausm::train
