// SPDX-License-Identifier: MIT
// A long stream from a short video.
#pragma once

#include <cstddef>
#include <vector>

namespace ausm::eval {

/// The frames of a stream that plays a video of `frames` frames `rounds` times, by turns forwards and backwards, without
/// showing a frame twice where it turns: 0 1 2 1 0 1 2 for 3 and 3. Both at least 1.
[[nodiscard]] std::vector<std::size_t> play_order(std::size_t frames, int rounds);

}  // namespace ausm::eval
