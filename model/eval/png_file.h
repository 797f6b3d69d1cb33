// SPDX-License-Identifier: MIT
// Index pictures as PNG files.
#pragma once

#include "eval/index_picture.h"

#include <string>

namespace ausm::eval {

/// The palette indices, or the values of greyscale, of a PNG with 1, 2, 4 or 8 bits a pixel. Throws std::runtime_error
/// that names the file and what is wrong: no file, no PNG, damaged, 16 bits, colour, a side above kMaxPictureSide.
[[nodiscard]] IndexPicture read_index_png(const std::string& path);

/// With 8 bits a pixel and the palette of PASCAL VOC, which DAVIS uses too: black is 0, red 1, green 2. Throws
/// std::runtime_error that names the file; then no file is left.
void write_index_png(const std::string& path, const IndexPicture& picture);

}  // namespace ausm::eval
