// SPDX-License-Identifier: MIT
// Sets of pictures out of few safetensors files.
#pragma once

#include "train/sources.h"

#include <filesystem>
#include <vector>

namespace ausm::train {

/// The sets that pack() wrote into these files, in its order, with their names, roles and flags; the files are kept in
/// memory, pictures are decoded when asked for. Throws std::runtime_error that names the file: not readable, no pack,
/// damaged, the rest of a set missing.
[[nodiscard]] std::vector<OpenSource> open_packed(const std::vector<std::filesystem::path>& files);

}  // namespace ausm::train
