// SPDX-License-Identifier: MIT
// Both sets have the same folders; YouTube-VOS also says which ids are objects.
#include "data/youtube_vos.h"

#include "data/file_dataset.h"
#include "data/json_file.h"
#include "io/json_fields.h"

#include <charconv>

namespace ausm::data {
namespace {

namespace fs = std::filesystem;

std::vector<FrameFiles> annotated_frames(const fs::path& train, const std::string& video) {
    const auto pictures = pictures_in(train / "JPEGImages" / video);
    return pair_by_stem(pictures, pictures_in(train / "Annotations" / video, /*png_only=*/true), /*all=*/false);
}

/// Objects keep their ids, 0 is the background, everything else is ignored.
IdTable table_of(const io::JsonFields& video, const nlohmann::json& objects) {
    IdTable table;
    table.fill(kIgnored);
    table[kBackground] = kBackground;
    for (const auto& [key, object] : objects.items()) {
        std::uint8_t id = 0;
        const auto* end = key.data() + key.size();
        if (const auto [stop, error] = std::from_chars(key.data(), end, id);
            error != std::errc() || stop != end || id == kBackground || id == kIgnored)
            video.fail("objects", "'" + key + "' is no id of an object: these are 1 to 254");
        table[id] = id;
    }
    return table;
}

}  // namespace

std::unique_ptr<Dataset> open_youtube_vos(const fs::path& root) {
    const auto train = root / "train";
    const auto path = (train / "meta.json").string();
    const auto meta = read_json(path);
    io::JsonFields top(meta, path + ":");
    auto videos = top.object("videos");
    std::vector<FileSequence> sequences;
    for (const auto& [name, unused] : top.at("videos").items()) {
        auto video = videos.object(name);
        (void)video.object("objects");  // refuses what is no object
        sequences.push_back({name, annotated_frames(train, name), table_of(video, video.at("objects"))});
    }
    if (sequences.empty())
        top.fail("videos", "names no video");
    return std::make_unique<FileDataset>(std::move(sequences));
}

std::unique_ptr<Dataset> open_mose(const fs::path& root) {
    const auto train = root / "train";
    std::vector<FileSequence> sequences;
    for (const auto& folder : folders_in(train / "Annotations")) {
        const auto name = folder.filename().string();
        sequences.push_back({name, annotated_frames(train, name)});
    }
    return std::make_unique<FileDataset>(std::move(sequences));
}

}  // namespace ausm::data
