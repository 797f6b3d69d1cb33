// SPDX-License-Identifier: MIT
// All thresholds of a clip before the next clip, so that a run that is ended early compares the same clips.
#include "tools/eval_clips.h"

#include "tools/progress.h"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace ausm::tools {
namespace {

class ClipsEvaluation {
public:
    ClipsEvaluation(Engine& engine, const std::vector<DavisVideo>& videos, const ClipsOptions& options,
                    const std::function<bool()>& stop)
        : engine_(engine), videos_(videos), options_(options), stop_(stop), progress_("frame", frames_to_show()) {}

    ClipsRun run() {
        const auto start = std::chrono::steady_clock::now();
        try {
            for (const auto& video : videos_) {
                ClipOutcome outcome{video.sequence.name, {}};
                for (const double threshold : options_.thresholds)
                    outcome.counts.push_back(counts_of(video, threshold));
                run_.clips.push_back(std::move(outcome));
            }
        } catch (const std::exception& failure) {
            run_.failure = failure.what();
        }
        progress_.clear();
        run_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::move(run_);
    }

private:
    [[nodiscard]] std::int64_t frames_to_show() const {
        std::size_t frames = 0;
        for (const auto& video : videos_)
            frames += video.sequence.pictures.size();
        return static_cast<std::int64_t>(frames * options_.thresholds.size());
    }

    eval::ClipCounts counts_of(const DavisVideo& video, double threshold) {
        auto settings = options_.stream;
        settings.presence = threshold;
        EvalStream stream(engine_, video, settings, /*discovery=*/false, /*seed=*/0);
        eval::ClipScores scores(video.objects.count);
        for (std::size_t i = 0; i < video.sequence.pictures.size(); ++i) {
            if (stop_())
                throw std::runtime_error("interrupted");
            const auto truth = eval::read_annotation(video.sequence.annotations[i], video.objects);
            scores.add(stream.step(i, truth, i == 0), truth);
            progress_.show(++run_.frames);
        }
        run_.network = stream.network();
        return scores.counts();
    }

    Engine& engine_;
    const std::vector<DavisVideo>& videos_;
    const ClipsOptions& options_;
    const std::function<bool()>& stop_;
    Progress progress_;
    ClipsRun run_;
};

}  // namespace

ClipsRun evaluate_clips(Engine& engine, const std::vector<DavisVideo>& videos, const ClipsOptions& options,
                        const std::function<bool()>& stop) {
    return ClipsEvaluation(engine, videos, options, stop).run();
}

}  // namespace ausm::tools
