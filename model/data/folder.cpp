// SPDX-License-Identifier: MIT
// Every picture of a folder.
#include "data/folder.h"

#include "data/file_dataset.h"
#include "io/png.h"

namespace ausm::data {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const std::vector<fs::path>& paths, bool png_only) {
    std::vector<fs::path> files;
    for (const auto& path : paths)
        if (fs::is_regular_file(path)) {
            files.push_back(path);
        } else {
            const auto inside = pictures_in(path, png_only);
            files.insert(files.end(), inside.begin(), inside.end());
        }
    return files;
}

}  // namespace

std::unique_ptr<Dataset> open_pictures(const std::vector<fs::path>& paths) {
    std::vector<FileSequence> sequences;
    for (const auto& path : files_of(paths, /*png_only=*/false))
        sequences.push_back({path.stem().string(), {{path.string(), ""}}});
    return std::make_unique<FileDataset>(std::move(sequences));
}

std::vector<Sprite> read_sprites(const std::vector<fs::path>& paths) {
    std::vector<Sprite> sprites;
    for (const auto& path : files_of(paths, /*png_only=*/true))
        sprites.push_back(io::read_alpha_png(path.string()));
    return sprites;
}

}  // namespace ausm::data
