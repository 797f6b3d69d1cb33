// SPDX-License-Identifier: MIT
// Pictures from JPEG files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ausm::eval {

/// pixels: [height, width, 3], red, green, blue, 0 to 255.
struct RgbPicture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> pixels;
};

/// Grey becomes RGB. Throws std::runtime_error that names the file and what is wrong: no file, no JPEG, damaged or cut
/// short (where other readers fill up with grey), CMYK, a side above kMaxPictureSide.
[[nodiscard]] RgbPicture read_jpeg(const std::string& path);

}  // namespace ausm::eval
