// SPDX-License-Identifier: MIT
// YouTube-VIS and OVIS: one JSON index of videos, with a mask of every instance in every frame.
#pragma once

#include "data/dataset.h"

#include <filesystem>
#include <memory>

namespace ausm::data {

/// instances.json with frames in JPEGImages/ (2021: give its folder train), or train.json with frames in
/// train/JPEGImages/ (2019). A video's instances are numbered in the order of its annotations; in each frame smaller
/// masks lie on top; crowds, and what comes after 254 instances, are ignored (255) where no instance is. Throws
/// std::runtime_error that names the file and the field.
[[nodiscard]] std::unique_ptr<Dataset> open_youtube_vis(const std::filesystem::path& folder);

/// annotations_train.json with frames in train/. Otherwise as open_youtube_vis().
[[nodiscard]] std::unique_ptr<Dataset> open_ovis(const std::filesystem::path& folder);

}  // namespace ausm::data
