// SPDX-License-Identifier: MIT
// What the recurrent state is worth: the same stream without it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ausm::tools {

/// A saved state (Session::save()) whose recurrent part, the tensors "layers.*", is zero as on a first frame; the
/// last frame's features and masks, the objects and their ids stay. A state of before the first frame is given back as
/// it is. Throws std::runtime_error when it is no saved state.
[[nodiscard]] std::vector<std::uint8_t> with_zero_state(std::span<const std::uint8_t> state);

}  // namespace ausm::tools
