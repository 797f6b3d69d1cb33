// SPDX-License-Identifier: MIT
// Lists of names as people write them into properties.
#pragma once

#include <string_view>

namespace ausm::gst {

/// Whether `list`, names parted by commas with or without blanks around them, has this name. A list in which no name
/// stands has every name, also the empty one; any other has no empty name.
[[nodiscard]] bool is_named(std::string_view list, std::string_view name) noexcept;

}  // namespace ausm::gst
