// SPDX-License-Identifier: MIT
// The lists of ImageSets choose the videos.
#include "data/davis.h"

#include "data/davis_sequences.h"
#include "data/file_dataset.h"
#include "io/png.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace ausm::data {
namespace {

namespace fs = std::filesystem;

/// One name of a video a line.
std::vector<std::string> names_2017(const fs::path& list) {
    std::ifstream file(list);
    std::vector<std::string> names;
    for (std::string name; file >> name;)
        names.push_back(name);
    if (names.empty())
        throw std::runtime_error("'" + list.string() + "' names no video");
    return names;
}

/// One picture and its annotation a line: "/JPEGImages/480p/bear/00000.jpg /Annotations/480p/bear/00000.png".
std::vector<std::string> names_2016(const fs::path& list) {
    std::ifstream file(list);
    std::vector<std::string> names;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        const auto picture = fs::path(line.substr(0, line.find(' ')));
        const auto name = picture.parent_path().filename().string();
        if (picture.extension() != ".jpg" || name.empty())
            throw std::runtime_error("'" + list.string() + "', line " + std::to_string(number) +
                                     ": must be the path of a .jpg and that of its annotation, not '" + line + "'");
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    }
    if (names.empty())
        throw std::runtime_error("'" + list.string() + "' names no video");
    return names;
}

std::vector<std::string> training_videos(const fs::path& root) {
    if (const auto list = root / "ImageSets" / "2017" / "train.txt"; fs::exists(list))
        return names_2017(list);
    if (const auto list = root / "ImageSets" / "480p" / "train.txt"; fs::exists(list))
        return names_2016(list);
    return {};
}

/// Looks past empty annotations, which say nothing.
bool is_binary(const std::vector<std::string>& annotations) {
    for (const auto& path : annotations) {
        const auto values = io::read_index_png(path).values;
        if (std::all_of(values.begin(), values.end(), [](int value) { return value == 0; }))
            continue;
        return std::all_of(values.begin(), values.end(), [](int value) { return value == 0 || value == kIgnored; });
    }
    return false;
}

}  // namespace

std::unique_ptr<Dataset> open_davis(const fs::path& root) {
    std::vector<FileSequence> sequences;
    for (const auto& video : davis_sequences(root.string(), training_videos(root))) {
        auto& sequence = sequences.emplace_back();
        sequence.name = video.name;
        for (std::size_t i = 0; i < video.pictures.size(); ++i)
            sequence.frames.push_back({video.pictures[i], video.annotations[i]});
        if (is_binary(video.annotations))
            std::fill(sequence.table.begin() + 1, sequence.table.end(), std::uint8_t{1});
    }
    return std::make_unique<FileDataset>(std::move(sequences));
}

}  // namespace ausm::data
