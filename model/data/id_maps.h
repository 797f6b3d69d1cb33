// SPDX-License-Identifier: MIT
// Folders with images/ and masks/: PNG label maps that hold instance ids, 255 where nothing is known.
#pragma once

#include "data/dataset.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace ausm::data {

/// Single pictures: each a sequence of length 1, named by its stem, over all folders. Throws std::runtime_error that
/// names the folder or file which is missing, empty, or has no partner.
[[nodiscard]] std::unique_ptr<Dataset> open_id_maps(const std::vector<std::filesystem::path>& folders);

/// Videos: each folder is one sequence, named by the folder, its frames sorted by name. Throws as open_id_maps() does.
[[nodiscard]] std::unique_ptr<Dataset> open_id_map_videos(const std::vector<std::filesystem::path>& folders);

}  // namespace ausm::data
