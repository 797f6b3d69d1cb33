// SPDX-License-Identifier: MIT
// Pictures in, label maps out, scores kept; masks are written when a video is finished.
#include "tools/eval_davis.h"

#include "eval/stream_clock.h"
#include "tools/mask_files.h"
#include "tools/progress.h"

#include <chrono>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace ausm::tools {
namespace {

eval::LabelFrame nothing_like(const io::IndexPicture& picture) {
    return {{picture.width, picture.height, std::vector<std::uint8_t>(picture.values.size())}, {}};
}

class Evaluation {
public:
    Evaluation(Engine& engine, const std::vector<DavisVideo>& videos, const DavisOptions& options,
               const std::function<bool()>& stop)
        : engine_(engine), videos_(videos), options_(options), stop_(stop), discovery_(options.videos.discovery),
          start_(static_cast<std::size_t>(options.videos.start)), progress_("frame", frames_to_show()) {
        if (!options.masks.empty())
            make_mask_folder(options.masks);
    }

    DavisRun run() {
        const auto start = std::chrono::steady_clock::now();
        try {
            for (int seed = 0; seed < options_.seeds; ++seed)
                for (const auto& video : videos_)
                    evaluate(video, static_cast<std::uint64_t>(seed));
        } catch (const std::exception& failure) {
            run_.failure = failure.what();
        }
        progress_.clear();
        run_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::move(run_);
    }

private:
    std::int64_t frames_to_show() const {
        std::int64_t frames = 0;
        for (const auto& video : videos_)
            frames += static_cast<std::int64_t>(video.sequence.pictures.size());
        return frames * options_.seeds * (options_.clock > 0 ? 2 : 1);
    }

    static io::IndexPicture truth_of(const DavisVideo& video, std::size_t frame) {
        return eval::read_annotation(video.sequence.annotations[frame], video.objects);
    }

    eval::LabelFrame step(EvalStream& stream, const DavisVideo& video, std::size_t frame) {
        if (stop_())
            throw std::runtime_error("interrupted");
        ++run_.frames;
        return stream.step(frame, truth_of(video, frame), frame == start_ && !discovery_);
    }

    void evaluate(const DavisVideo& video, std::uint64_t seed) {
        EvalStream stream(engine_, video, options_.stream, discovery_, seed);
        eval::TrackScores scores(video.objects.count);
        std::vector<eval::LabelFrame> kept;
        for (std::size_t i = 0; i < video.sequence.pictures.size(); ++i) {
            auto labels = step(stream, video, i);
            if (i >= start_)
                scores.add(labels, truth_of(video, i));
            if (!options_.masks.empty())
                kept.push_back(std::move(labels));
            progress_.show(++shown_);
        }
        run_.network = stream.network();
        if (!options_.masks.empty())
            write(video, seed, kept, scores);
        auto outcome = eval::video_outcome(video.sequence.name, seed, scores, discovery_);
        if (options_.clock > 0)
            evaluate_live(video, seed, outcome);
        run_.outcomes.push_back(std::move(outcome));
    }

    /// The same video as a live stream. The frames before the prompt are all segmented; the clock begins with it.
    void evaluate_live(const DavisVideo& video, std::uint64_t seed, eval::VideoOutcome& outcome) {
        EvalStream stream(engine_, video, options_.stream, discovery_, seed);
        for (std::size_t i = 0; i < start_; ++i)
            (void)step(stream, video, i);
        const auto frames = video.sequence.pictures.size();
        std::vector<eval::LabelFrame> masks(frames - start_);
        double seconds = 0;
        const auto segment = [&](int frame) {
            const auto i = static_cast<std::size_t>(frame);
            masks[i] = step(stream, video, start_ + i);
            const double time = options_.frame_time > 0 ? options_.frame_time : stream.seconds();
            seconds += time;
            progress_.show(shown_ + static_cast<std::int64_t>(start_) + frame + 1);
            return time;
        };
        const auto schedule = eval::stream_schedule(static_cast<int>(masks.size()), options_.clock, segment);
        eval::TrackScores scores(video.objects.count);
        for (std::size_t i = 0; i < masks.size(); ++i) {
            const auto truth = truth_of(video, start_ + i);
            const auto shown = schedule.shown[i];
            scores.add(shown < 0 ? nothing_like(truth) : masks[static_cast<std::size_t>(shown)], truth);
        }
        shown_ += static_cast<std::int64_t>(frames);
        eval::add_live(outcome, eval::video_outcome(outcome.name, seed, scores, discovery_), schedule.share(),
                       seconds / static_cast<double>(schedule.segmented.size()));
    }

    void write(const DavisVideo& video, std::uint64_t seed, const std::vector<eval::LabelFrame>& frames,
               const eval::TrackScores& scores) {
        auto numbers = scores.proposals();
        if (!discovery_) {
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
    bool discovery_;
    std::size_t start_;
    Progress progress_;
    std::int64_t shown_ = 0;
    DavisRun run_;
};

}  // namespace

DavisRun evaluate_davis(Engine& engine, const std::vector<DavisVideo>& videos, const DavisOptions& options,
                        const std::function<bool()>& stop) {
    return Evaluation(engine, videos, options, stop).run();
}

}  // namespace ausm::tools
