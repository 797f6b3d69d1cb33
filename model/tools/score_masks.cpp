// SPDX-License-Identifier: MIT
// Reads a mask for every annotation and lets TrackScores compare them.
#include "tools/score_masks.h"

#include "eval/track_scores.h"
#include "io/png.h"
#include "tools/progress.h"

#include <filesystem>
#include <numeric>
#include <stdexcept>

namespace ausm::tools {
namespace {

namespace fs = std::filesystem;

eval::TrackIds ids_of(const DavisVideo& video) {
    eval::TrackIds ids{};
    std::iota(ids.begin(), ids.end(), 0);
    if (video.objects.binary)
        ids[255] = 1;
    return ids;
}

io::IndexPicture read_mask(const std::string& folder, const DavisVideo& video, std::size_t i) {
    const auto& annotation = video.sequence.annotations[i];
    const auto path = fs::path(folder) / video.sequence.name / fs::path(annotation).filename();
    if (!fs::exists(path))
        throw std::runtime_error("there is no mask '" + path.string() + "' for '" + annotation +
                                 "'; --masks names the folder that holds a folder for each video");
    return io::read_index_png(path.string());
}

eval::VideoOutcome score(const DavisVideo& video, const std::string& folder, bool discovery, DavisRun& run,
                         Progress& progress) {
    eval::LabelFrame frame{{}, ids_of(video)};
    eval::TrackScores scores(video.objects.count);
    for (std::size_t i = 0; i < video.sequence.annotations.size(); ++i) {
        const auto truth = eval::read_annotation(video.sequence.annotations[i], video.objects);
        frame.map = read_mask(folder, video, i);
        const auto& mask = frame.map;
        if (mask.width != truth.width || mask.height != truth.height)
            throw std::runtime_error("the mask of frame " + std::to_string(i) + " of '" + video.sequence.name +
                                     "' has " + std::to_string(mask.width) + " x " + std::to_string(mask.height) +
                                     " pixels, its annotation " + std::to_string(truth.width) + " x " +
                                     std::to_string(truth.height));
        scores.add(frame, truth);
        progress.show(++run.frames);
    }
    return eval::video_outcome(video.sequence.name, 0, scores, {.discovery = discovery});
}

}  // namespace

DavisRun score_masks(const std::vector<DavisVideo>& videos, const std::string& folder, bool discovery) {
    DavisRun run;
    std::int64_t total = 0;
    for (const auto& video : videos)
        total += static_cast<std::int64_t>(video.sequence.annotations.size());
    try {
        Progress progress("frame", total);
        for (const auto& video : videos)
            run.outcomes.push_back(score(video, folder, discovery, run, progress));
    } catch (const std::exception& failure) {
        run.failure = failure.what();
    }
    return run;
}

}  // namespace ausm::tools
