// SPDX-License-Identifier: MIT
// One rule for stills and videos: images/a.jpg belongs to masks/a.png.
#include "data/id_maps.h"

#include "data/file_dataset.h"

namespace ausm::data {
namespace {

std::vector<FrameFiles> frames_in(const std::filesystem::path& folder) {
    const auto pictures = pictures_in(folder / "images");
    return pair_by_stem(pictures, pictures_in(folder / "masks", /*png_only=*/true));
}

}  // namespace

std::unique_ptr<Dataset> open_id_maps(const std::vector<std::filesystem::path>& folders) {
    std::vector<FileSequence> sequences;
    for (const auto& folder : folders)
        for (const auto& files : frames_in(folder))
            sequences.push_back({std::filesystem::path(files.picture).stem().string(), {files}});
    return std::make_unique<FileDataset>(std::move(sequences));
}

std::unique_ptr<Dataset> open_id_map_videos(const std::vector<std::filesystem::path>& folders) {
    std::vector<FileSequence> sequences;
    for (const auto& folder : folders)
        sequences.push_back({folder.filename().string(), frames_in(folder)});
    return std::make_unique<FileDataset>(std::move(sequences));
}

}  // namespace ausm::data
