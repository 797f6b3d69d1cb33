// SPDX-License-Identifier: MIT
// Pictures, label maps and drawings from files, as tensors.
#pragma once

#include "train/data/dataset.h"

#include <string>

namespace ausm::train {

/// [h, w, 3] uint8, RGB, of a .jpg, .jpeg or .png. Grey becomes RGB, transparent parts become white. Throws
/// std::runtime_error that names the file: another extension, not there, damaged, a side above
/// eval::kMaxPictureSide.
[[nodiscard]] at::Tensor read_picture(const std::string& path);

/// [h, w] uint8: the palette indices, or the values of greyscale, of a PNG. Throws as eval::read_index_png() does.
[[nodiscard]] at::Tensor read_label_map(const std::string& path);

/// A PNG with an alpha channel. Throws std::runtime_error that names the file.
[[nodiscard]] Sprite read_sprite(const std::string& path);

/// Throws std::runtime_error that names both files when the label map has another size than the picture.
void check_same_size(const LabelledPicture& picture, const std::string& picture_path, const std::string& ids_path);

}  // namespace ausm::train
