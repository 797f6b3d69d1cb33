// SPDX-License-Identifier: MIT
// What every frame of one size shares.
#pragma once

#include "nn/grid.h"

#include <ATen/core/Tensor.h>

namespace ausm {

/// The position code of a grid and what follows from it, made by AusmNet::positions(). The network keeps none of it:
/// whoever works on frames of one size owns it, because what a GPU repeats refers to these tensors.
struct Positions {
    Grid grid;
    at::Tensor code;  ///< [1, N, D] sine and cosine, added to queries and keys
    at::Tensor read;  ///< [1, N, D] what the history decoder adds to G
};

}  // namespace ausm
