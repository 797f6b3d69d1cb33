// SPDX-License-Identifier: MIT
// Files that need no index: pictures without labels, and drawings.
#pragma once

#include "data/dataset.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace ausm::data {

/// Each path is a picture or a folder of pictures; each picture is a sequence of length 1, without labels, named by
/// its stem. Throws std::runtime_error that names the folder: empty.
[[nodiscard]] std::unique_ptr<Dataset> open_pictures(const std::vector<std::filesystem::path>& paths);

/// Each path is a PNG with alpha or a folder of such; sorted by name. Throws std::runtime_error that names the folder
/// or file: empty, not readable, no alpha channel.
[[nodiscard]] std::vector<Sprite> read_sprites(const std::vector<std::filesystem::path>& paths);

}  // namespace ausm::data
