// SPDX-License-Identifier: MIT
// Pictures of data sets from files of either kind.
#pragma once

#include "data/dataset.h"

#include <string>

namespace ausm::data {

/// Of a .jpg, .jpeg or .png. Grey becomes RGB, transparent parts become white. Throws std::runtime_error that names the
/// file: another extension, not there, damaged, a side above io::kMaxPictureSide.
[[nodiscard]] io::RgbPicture read_picture(const std::string& path);

/// Throws std::runtime_error that names both files when the label map has another size than the picture.
void check_same_size(const LabelledPicture& picture, const std::string& picture_path, const std::string& ids_path);

}  // namespace ausm::data
