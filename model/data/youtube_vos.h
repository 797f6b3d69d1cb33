// SPDX-License-Identifier: MIT
// YouTube-VOS and MOSE: train/JPEGImages/<video>/*.jpg and train/Annotations/<video>/*.png.
#pragma once

#include "data/dataset.h"

#include <filesystem>
#include <memory>

namespace ausm::data {

/// The videos and objects that train/meta.json names ("videos": {video: {"objects": {id: {...}}}}); frames without an
/// annotation file are left out, ids that meta.json does not name are ignored (255). Throws std::runtime_error that
/// names the file and the field, or the folder or file which is missing, empty, or has no partner.
[[nodiscard]] std::unique_ptr<Dataset> open_youtube_vos(const std::filesystem::path& root);

/// All videos of train/Annotations; otherwise as open_youtube_vos(), without meta.json.
[[nodiscard]] std::unique_ptr<Dataset> open_mose(const std::filesystem::path& root);

}  // namespace ausm::data
