// SPDX-License-Identifier: MIT
// DAVIS's annotations with their official meaning.
#pragma once

#include "io/picture.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ausm::eval {

/// What the first annotation of a video says about all of them.
struct DavisObjects {
    int count = 0;        ///< objects 1 .. count; one that appears later is no object, as in the official evaluation
    bool binary = false;  ///< the file has only 0 and 255, as in DAVIS 2016: everything but 0 is object 1
};

/// first: the values of the file. Without `binary`, 255 is void. Throws std::runtime_error that names `path` when there
/// is no object.
[[nodiscard]] DavisObjects davis_objects(const io::IndexPicture& first, const std::string& path);

/// Values 0 .. count: void (255) and numbers above count become background, as in the official evaluation. Throws
/// std::runtime_error.
[[nodiscard]] io::IndexPicture read_annotation(const std::string& path, const DavisObjects& objects);

/// [height, width], 1 where the picture has this value, else 0.
[[nodiscard]] std::vector<std::uint8_t> pixels_of(const io::IndexPicture& picture, int value);

}  // namespace ausm::eval
