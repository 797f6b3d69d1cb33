// SPDX-License-Identifier: MIT
// PNG files, by libpng: annotations and masks as small numbers, pictures in colour.
#pragma once

#include "io/picture.h"

#include <limits>
#include <string>

namespace ausm::io {

// All functions throw std::runtime_error that names the file and what is wrong. In builds without libpng (png_absent.cpp)
// that is all they do.

/// The palette indices, or the values of greyscale, of a PNG with 1, 2, 4 or 8 bits a pixel. Wrong: no file, no PNG,
/// damaged, 16 bits, colour, a side above kMaxPictureSide, more pixels than `most_pixels`.
[[nodiscard]] IndexPicture read_index_png(const std::string& path,
                                          std::int64_t most_pixels = std::numeric_limits<std::int64_t>::max());

/// With 8 bits a pixel and the palette of PASCAL VOC, which DAVIS uses too: black is 0, red 1, green 2. After an error no
/// file is left.
void write_index_png(const std::string& path, const IndexPicture& picture);

/// Of any kind of PNG: grey becomes RGB, transparent parts become white.
[[nodiscard]] RgbPicture read_rgb_png(const std::string& path);

void write_rgb_png(const std::string& path, const RgbPicture& picture);

/// Wrong, besides: it has no alpha channel.
[[nodiscard]] AlphaPicture read_alpha_png(const std::string& path);

}  // namespace ausm::io
