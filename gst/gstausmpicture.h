// SPDX-License-Identifier: MIT
// Reads pictures that people name in properties.
#pragma once

#include "model/io/picture.h"

#include <string>
#include <variant>

namespace ausm::gst {

/// A PNG or, where this build has libjpeg, a JPEG, told apart by their first bytes; transparent parts become white. Else
/// the text of what is wrong, with the file's name.
[[nodiscard]] std::variant<io::RgbPicture, std::string> read_picture(const std::string& path);

}  // namespace ausm::gst
