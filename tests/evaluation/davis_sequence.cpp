// SPDX-License-Identifier: MIT
// Finds and reads what DAVIS's folders hold.
#include "davis_sequence.h"

#include "gst/gstausmpng.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace ausm::evaluation {
namespace {

namespace fs = std::filesystem;

/// Full paths of what a folder holds with this extension ("": folders), sorted.
std::vector<std::string> list(const fs::path& folder, const std::string& extension) {
    if (!fs::is_directory(folder))
        throw std::runtime_error(
            "there is no folder '" + folder.string() +
            "': the data must lie in JPEGImages/480p and Annotations/480p, a folder for each video");
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(folder))
        if (extension.empty() ? entry.is_directory() : entry.path().extension() == extension)
            paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace

std::vector<DavisSequence> davis_sequences(const std::string& root, std::vector<std::string> names) {
    const fs::path pictures = fs::path(root) / "JPEGImages" / "480p",
                   annotations = fs::path(root) / "Annotations" / "480p";
    if (names.empty())
        for (const auto& folder : list(annotations, ""))
            names.push_back(fs::path(folder).filename().string());
    if (names.empty())
        throw std::runtime_error("'" + annotations.string() + "' is empty");
    std::vector<DavisSequence> sequences;
    for (const auto& name : names) {
        sequences.push_back({name, list(pictures / name, ".jpg"), list(annotations / name, ".png")});
        const auto& found = sequences.back();
        if (found.pictures.size() != found.annotations.size() || found.pictures.empty())
            throw std::runtime_error("the sequence '" + name + "' has " + std::to_string(found.pictures.size()) +
                                     " pictures and " + std::to_string(found.annotations.size()) + " annotations");
    }
    return sequences;
}

gst::MaskImage read_annotation(const std::string& path) {
    auto read = gst::read_mask_png(path);
    if (const auto* wrong = std::get_if<std::string>(&read))
        throw std::runtime_error(*wrong);
    auto image = std::get<gst::MaskImage>(std::move(read));
    for (auto& value : image.values)
        value = value != 0 ? 255 : 0;
    return image;
}

}  // namespace ausm::evaluation
