// SPDX-License-Identifier: MIT
// DAVIS 2016 and 2017: JPEGImages/480p, Annotations/480p, ImageSets.
#pragma once

#include "data/dataset.h"

#include <filesystem>
#include <memory>

namespace ausm::data {

/// The training videos: those of ImageSets/2017/train.txt (names of videos), else of ImageSets/480p/train.txt (pairs of
/// files); where there is neither, all of Annotations/480p. A video whose annotations hold nothing but 0 and 255 up to
/// the first that is not empty is DAVIS 2016: everything but 0 is object 1. Else 255 is ignored. Throws
/// std::runtime_error that names the folder or file which is missing, empty, not readable, or has no partner, or the
/// line of a list that is wrong.
[[nodiscard]] std::unique_ptr<Dataset> open_davis(const std::filesystem::path& root);

}  // namespace ausm::data
