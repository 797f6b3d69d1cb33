// SPDX-License-Identifier: MIT
// From a picture to the network's input.
#pragma once

#include "ausm.h"

#include <vector>

namespace ausm {

struct InputSize {
    int width = 0, height = 0;
    bool operator==(const InputSize&) const = default;
};

/// The network's input for a picture: `short_side` pixels on the short side, the long side after the display aspect
/// (pixel aspect included), both rounded to 32; where that has more pixels than short_side x 1.75 short_side (256 x 448),
/// both shrink together until it fits. No padding.
InputSize input_size(const Frame& frame, int short_side);

/// Throws std::invalid_argument: size not positive, planes missing, CUDA memory, pixel aspect not positive.
void check_frame(const Frame& frame);

/// [height, width, 3] float, (v - 127) / 128: area average when shrinking, bilinear when enlarging.
std::vector<float> network_input(const Frame& frame, InputSize size);

}  // namespace ausm
