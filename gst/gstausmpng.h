// SPDX-License-Identifier: MIT
// Reads mask images.
#pragma once

#include "gstausmmask.h"

#include <string>
#include <variant>

namespace ausm::gst {

/// The pixel values of a PNG with a palette (the indices) or 8-bit or smaller greyscale, or the text of what is wrong:
/// no file, no PNG, broken, 16 bits, colour, larger than kMaxMaskSide a side.
[[nodiscard]] std::variant<MaskImage, std::string> read_mask_png(const std::string& path);

}  // namespace ausm::gst
