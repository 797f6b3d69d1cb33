// SPDX-License-Identifier: MIT
// Pictures in, label maps out, scores kept; masks are written when a video is finished.
#include "tools/eval_davis.h"

#include "tools/mask_files.h"
#include "tools/progress.h"

#include <chrono>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace ausm::tools {
namespace {

class Evaluation {
public:
    Evaluation(Engine& engine, const std::vector<DavisVideo>& videos, const DavisOptions& options,
               const std::function<bool()>& stop)
        : engine_(engine), videos_(videos), options_(options), stop_(stop) {
        if (!options.masks.empty())
            make_mask_folder(options.masks);
        for (const auto& video : videos_)
            total_ += static_cast<std::int64_t>(video.sequence.pictures.size()) * options.seeds;
    }

    DavisRun run() {
        const auto start = std::chrono::steady_clock::now();
        try {
            Progress progress("frame", total_);
            for (int seed = 0; seed < options_.seeds; ++seed)
                for (const auto& video : videos_)
                    evaluate(video, static_cast<std::uint64_t>(seed), progress);
        } catch (const std::exception& failure) {
            run_.failure = failure.what();
        }
        run_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::move(run_);
    }

private:
    void evaluate(const DavisVideo& video, std::uint64_t seed, Progress& progress) {
        const bool discovery = options_.videos.discovery;
        const auto start = static_cast<std::size_t>(options_.videos.start);
        EvalStream stream(engine_, video, options_.stream, discovery, seed);
        eval::TrackScores scores(video.objects.count);
        std::vector<eval::LabelFrame> kept;
        for (std::size_t i = 0; i < video.sequence.pictures.size(); ++i) {
            if (stop_())
                throw std::runtime_error("interrupted");
            const auto truth = eval::read_annotation(video.sequence.annotations[i], video.objects);
            auto labels = stream.step(i, truth, i == start && !discovery);
            if (i >= start)
                scores.add(labels, truth);
            if (!options_.masks.empty())
                kept.push_back(std::move(labels));
            progress.show(++run_.frames);
        }
        run_.network = stream.network();
        if (!options_.masks.empty())
            write(video, seed, kept, scores);
        run_.outcomes.push_back(eval::video_outcome(video.sequence.name, seed, scores, discovery));
    }

    void write(const DavisVideo& video, std::uint64_t seed, const std::vector<eval::LabelFrame>& frames,
               const eval::TrackScores& scores) {
        auto numbers = scores.proposals();
        if (!options_.videos.discovery) {
            numbers.resize(static_cast<std::size_t>(video.objects.count));
            std::iota(numbers.begin(), numbers.end(), 1);
        }
        const auto folder = options_.seeds > 1 ? options_.masks + "/seed-" + std::to_string(seed) : options_.masks;
        write_masks(folder, video.sequence, frames, numbers);
    }

    Engine& engine_;
    const std::vector<DavisVideo>& videos_;
    const DavisOptions& options_;
    const std::function<bool()>& stop_;
    std::int64_t total_ = 0;
    DavisRun run_;
};

}  // namespace

DavisRun evaluate_davis(Engine& engine, const std::vector<DavisVideo>& videos, const DavisOptions& options,
                        const std::function<bool()>& stop) {
    return Evaluation(engine, videos, options, stop).run();
}

}  // namespace ausm::tools
