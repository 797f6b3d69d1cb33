// SPDX-License-Identifier: MIT
// JPEGs in files and in memory, by libjpeg.
#pragma once

#include "io/picture.h"

#include <span>
#include <string>

namespace ausm::io {

/// Grey becomes RGB. Throws std::runtime_error that names the file and what is wrong: no file, no JPEG, damaged or cut
/// short (where other readers fill up with grey), CMYK, a side above kMaxPictureSide.
[[nodiscard]] RgbPicture read_jpeg(const std::string& path);

/// The same for the bytes of a file. The error begins with "damaged JPEG".
[[nodiscard]] RgbPicture decode_jpeg(std::span<const std::uint8_t> bytes);

/// Baseline. quality: 1 to 100; half_colour: 4:2:0, else 4:4:4. Throws std::runtime_error.
[[nodiscard]] std::vector<std::uint8_t> encode_jpeg(const RgbPicture& picture, int quality, bool half_colour);

}  // namespace ausm::io
