// SPDX-License-Identifier: MIT
// Which files a folder holds, and which belong together.
#include "data/file_dataset.h"

#include "data/picture_file.h"
#include "io/png.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>
#include <stdexcept>

namespace ausm::data {

namespace fs = std::filesystem;

namespace {

/// Sorted; `fits` says which entries.
template <class Fits>
std::vector<fs::path> entries(const fs::path& folder, const std::string& what, const Fits& fits) {
    if (!fs::is_directory(folder))
        throw std::runtime_error("there is no folder '" + folder.string() + "'");
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder))
        if (fits(entry))
            found.push_back(entry.path());
    if (found.empty())
        throw std::runtime_error("the folder '" + folder.string() + "' has no " + what);
    std::sort(found.begin(), found.end());
    return found;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

}  // namespace

IdTable same_ids() {
    IdTable table;
    std::iota(table.begin(), table.end(), std::uint8_t{0});
    return table;
}

LabelledPicture FileDataset::read(std::size_t sequence, std::size_t frame) const {
    const auto& [name, frames, table] = sequences_.at(sequence);
    const auto& files = frames.at(frame);
    LabelledPicture picture{read_picture(files.picture), {}};
    if (files.ids.empty())
        return picture;
    picture.ids = io::read_index_png(files.ids);
    check_same_size(picture, files.picture, files.ids);
    auto& ids = picture.ids.values;
    std::transform(ids.begin(), ids.end(), ids.begin(), [&](std::uint8_t value) { return table[value]; });
    return picture;
}

std::vector<fs::path> folders_in(const fs::path& folder) {
    return entries(folder, "folder in it", [](const fs::directory_entry& entry) { return entry.is_directory(); });
}

std::vector<fs::path> pictures_in(const fs::path& folder, bool png_only) {
    return entries(folder, png_only ? ".png" : ".jpg, .jpeg or .png", [=](const fs::directory_entry& entry) {
        const auto extension = lower(entry.path().extension().string());
        return extension == ".png" || (!png_only && (extension == ".jpg" || extension == ".jpeg"));
    });
}

std::vector<FrameFiles> pair_by_stem(const std::vector<fs::path>& pictures, const std::vector<fs::path>& ids,
                                     bool all) {
    std::map<std::string, fs::path> by_stem;
    for (const auto& path : pictures)
        if (const auto [other, is_new] = by_stem.emplace(path.stem().string(), path); !is_new)
            throw std::runtime_error("'" + path.string() + "' and '" + other->second.string() +
                                     "' have the same name: which one do the labels belong to?");
    std::vector<FrameFiles> frames;
    for (const auto& path : ids) {
        const auto picture = by_stem.find(path.stem().string());
        if (picture == by_stem.end())
            throw std::runtime_error("'" + path.string() + "' has no picture of the same name in '" +
                                     pictures.front().parent_path().string() + "'");
        frames.push_back({picture->second.string(), path.string()});
        by_stem.erase(picture);
    }
    if (all && !by_stem.empty())
        throw std::runtime_error("'" + by_stem.begin()->second.string() + "' has no label map of the same name in '" +
                                 ids.front().parent_path().string() + "'");
    return frames;
}

}  // namespace ausm::data
