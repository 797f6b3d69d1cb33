// SPDX-License-Identifier: MIT
// A video is whole when every picture has its annotation and every annotation its picture.
#include "data/davis_sequences.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>

namespace ausm::data {
namespace {

namespace fs = std::filesystem;

/// Full paths of what a folder holds with this extension ("": folders), sorted.
std::vector<std::string> list(const fs::path& folder, const std::string& extension) {
    if (!fs::is_directory(folder))
        throw std::runtime_error("there is no folder '" + folder.string() +
                                 "': give the folder that holds JPEGImages/480p and Annotations/480p, in each a "
                                 "folder for every video");
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(folder))
        if (extension.empty() ? entry.is_directory() : entry.path().extension() == extension)
            paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::string stem(const std::string& path) { return fs::path(path).stem().string(); }

void check_partners(const DavisSequence& sequence) {
    if (sequence.pictures.empty())
        throw std::runtime_error("the video '" + sequence.name + "' has no .jpg: is the data whole?");
    const auto [picture, annotation] = std::mismatch(
        sequence.pictures.begin(), sequence.pictures.end(), sequence.annotations.begin(), sequence.annotations.end(),
        [](const std::string& a, const std::string& b) { return stem(a) == stem(b); });
    // The one of two different stems that comes first has no partner.
    const bool lonely_picture = picture != sequence.pictures.end() &&
                                (annotation == sequence.annotations.end() || stem(*picture) < stem(*annotation));
    if (lonely_picture)
        throw std::runtime_error("'" + *picture + "' has no annotation '" + stem(*picture) +
                                 ".png': every frame of the video '" + sequence.name + "' needs one");
    if (annotation != sequence.annotations.end())
        throw std::runtime_error("'" + *annotation + "' has no picture '" + stem(*annotation) + ".jpg': the video '" +
                                 sequence.name + "' is not whole");
}

}  // namespace

std::vector<DavisSequence> davis_sequences(const std::string& root, std::vector<std::string> names, bool discovery) {
    const auto pictures = fs::path(root) / "JPEGImages" / "480p";
    auto annotations = fs::path(root) / "Annotations_unsupervised" / "480p";
    if (!discovery || !fs::is_directory(annotations))
        annotations = fs::path(root) / "Annotations" / "480p";
    if (names.empty())
        for (const auto& folder : list(annotations, ""))
            names.push_back(fs::path(folder).filename().string());
    if (names.empty())
        throw std::runtime_error("'" + annotations.string() + "' has no folder of a video");
    std::set<std::string> known;
    std::vector<DavisSequence> sequences;
    for (const auto& name : names) {
        if (!known.insert(name).second)
            throw std::runtime_error("the video '" + name + "' is named twice");
        sequences.push_back({name, list(pictures / name, ".jpg"), list(annotations / name, ".png")});
        check_partners(sequences.back());
    }
    return sequences;
}

}  // namespace ausm::data
