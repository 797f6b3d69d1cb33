// SPDX-License-Identifier: MIT
// Whole data sets into few small files, for a machine that can be given little.
#pragma once

#include "train/sources.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ausm::train {

inline constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;

struct PackOptions {
    int short_side = 224;                       ///< of pictures in pixels, 32 or more; smaller ones stay as they are
    int quality = 70;                           ///< of JPEG, 1 to 100
    std::int64_t file_bytes = 60 * kMebibyte;   ///< no file is larger
    std::int64_t total_bytes = 60 * kMebibyte;  ///< nor are all together
};

struct PackedSize {
    std::string name, role;
    std::size_t sequences = 0, frames = 0;
    std::int64_t picture_bytes = 0, run_bytes = 0;
};

struct PackReport {
    int short_side = 0, quality = 0;  ///< with which everything fitted
    std::string left_out;             ///< what had to be thinned or dropped, in words; "": nothing
    std::vector<PackedSize> sets;
    std::vector<std::filesystem::path> files;
    std::int64_t total_bytes = 0;  ///< of the files
};

/// `frames` of all `total` frames are packed; `set` is the one at hand.
using PackProgress = std::function<void(const std::string& set, std::size_t frames, std::size_t total)>;

/// Writes FOLDER/part-000.safetensors and so on, to be read with open_packed(). Pictures are shrunk and become JPEGs (4:2:0;
/// sprites 4:4:4 with their alpha beside), label maps become runs.
///
/// Everything is tried as `options` say; when it is too large, in this order until it fits: four times in turns a quality
/// lower by 10 (not below 40) and a short side lower by 1/16; then every second picture of the sets of the role
/// "background", of "single", of "picture", every second frame of "video"; then no "background", no "single". Sizes are
/// estimated from samples first (4 % are kept free), so that little is made twice.
///
/// Throws std::runtime_error: two sources of one name, options out of range, the folder has parts already, something
/// that cannot be read or written, one sequence larger than a file, or nothing that fits.
PackReport pack(const std::vector<Source>& sources, const std::string& root, const std::filesystem::path& folder,
                const PackOptions& options, const PackProgress& progress);

}  // namespace ausm::train
