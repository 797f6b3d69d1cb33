// SPDX-License-Identifier: MIT
// COCO's instance annotations.
#pragma once

#include "data/dataset.h"

#include <filesystem>
#include <memory>

namespace ausm::data {

/// instances.json with pictures in images/, or annotations/instances_train2017.json with pictures in train2017/. Each
/// picture is a sequence of length 1, named by its stem; instances are numbered by falling area and smaller ones lie on
/// top; crowds, and what comes after 254 instances, are ignored (255) where no instance is. Throws std::runtime_error
/// that names the file and the field: wrong, missing, an image_id of no picture, run lengths of another size.
[[nodiscard]] std::unique_ptr<Dataset> open_coco(const std::filesystem::path& folder);

}  // namespace ausm::data
