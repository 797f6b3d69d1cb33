// SPDX-License-Identifier: MIT
// Sequences with the objects of their first annotation.
#include "tools/davis_videos.h"

#include "io/png.h"

#include <stdexcept>

namespace ausm::tools {

std::vector<DavisVideo> open_davis(const VideoChoice& choice) {
    std::vector<DavisVideo> videos;
    for (auto& sequence : data::davis_sequences(choice.root, choice.sequences, choice.discovery)) {
        if (choice.frames > 0 && static_cast<std::size_t>(choice.frames) < sequence.pictures.size()) {
            sequence.pictures.resize(static_cast<std::size_t>(choice.frames));
            sequence.annotations.resize(static_cast<std::size_t>(choice.frames));
        }
        const auto start = static_cast<std::size_t>(choice.discovery ? 0 : choice.start);
        if (!choice.discovery && sequence.pictures.size() < start + 3)
            throw std::runtime_error("the video '" + sequence.name + "' has " +
                                     std::to_string(sequence.pictures.size()) + " frames; with a prompt on frame " +
                                     std::to_string(start) + " that one and the last do not count, so it needs " +
                                     std::to_string(start + 3));
        const auto& first = sequence.annotations[start];
        const auto objects = eval::davis_objects(io::read_index_png(first), first);
        videos.push_back({std::move(sequence), objects});
    }
    return videos;
}

}  // namespace ausm::tools
