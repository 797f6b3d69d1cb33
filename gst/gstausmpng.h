// SPDX-License-Identifier: MIT
// Reads mask images.
#pragma once

#include "gstausmmask.h"

#include <string>
#include <variant>

namespace ausm::gst {

/// The index image that a PNG shows: the indices of a palette, whatever their colours are, or what settle_grey() makes of
/// greyscale of up to 8 bits. Else the text of what is wrong: no file, no PNG, broken, 16 bits, colour, an alpha channel,
/// larger than kMaxMaskSide a side, grey that is no mask.
[[nodiscard]] std::variant<MaskImage, std::string> read_mask_png(const std::string& path);

}  // namespace ausm::gst
