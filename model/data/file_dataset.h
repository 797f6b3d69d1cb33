// SPDX-License-Identifier: MIT
// A data set whose every frame is one picture file, with or without one label map file.
#pragma once

#include "data/dataset.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ausm::data {

/// What each value of a label map file becomes.
using IdTable = std::array<std::uint8_t, 256>;

/// Every value stays what it is.
[[nodiscard]] IdTable same_ids();

struct FrameFiles {
    std::string picture, ids;  ///< ids: "" where there are no labels
};

struct FileSequence {
    std::string name;
    std::vector<FrameFiles> frames;
    IdTable table = same_ids();
};

class FileDataset final : public Dataset {
public:
    explicit FileDataset(std::vector<FileSequence> sequences) : sequences_(std::move(sequences)) {}

    [[nodiscard]] std::size_t sequences() const override { return sequences_.size(); }
    [[nodiscard]] std::size_t frames(std::size_t sequence) const override {
        return sequences_.at(sequence).frames.size();
    }
    [[nodiscard]] std::string name(std::size_t sequence) const override { return sequences_.at(sequence).name; }
    [[nodiscard]] LabelledPicture read(std::size_t sequence, std::size_t frame) const override;

private:
    std::vector<FileSequence> sequences_;
};

/// The folders inside a folder, sorted. Throws std::runtime_error that names the folder: not there, none in it.
[[nodiscard]] std::vector<std::filesystem::path> folders_in(const std::filesystem::path& folder);

/// The .jpg, .jpeg and .png in a folder (or only .png), sorted. Throws std::runtime_error that names the folder: not
/// there, none in it.
[[nodiscard]] std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder,
                                                             bool png_only = false);

/// Pictures and label maps with the same stem. Throws std::runtime_error that names a file without partner or a stem
/// that two pictures have; with `all` = false a picture without a label map is left out.
[[nodiscard]] std::vector<FrameFiles> pair_by_stem(const std::vector<std::filesystem::path>& pictures,
                                                   const std::vector<std::filesystem::path>& ids, bool all = true);

}  // namespace ausm::data
