// SPDX-License-Identifier: MIT
// Pictures in, label maps out, scores kept; masks are written when a video is finished.
#include "tools/eval_davis.h"

#include "eval/play_order.h"
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

/// A video as its stream shows it. Positions are those in the stream.
struct Playback {
    const DavisVideo& video;
    std::vector<std::size_t> order;  ///< the frames of the video

    Playback(const DavisVideo& played, int rounds)
        : video(played), order(eval::play_order(played.sequence.pictures.size(), rounds)) {}

    [[nodiscard]] io::IndexPicture truth(std::size_t position) const {
        return eval::read_annotation(video.sequence.annotations[order[position]], video.objects);
    }
};

class Evaluation {
public:
    Evaluation(Engine& engine, const std::vector<DavisVideo>& videos, const DavisOptions& options,
               const std::function<bool()>& stop)
        : engine_(engine), videos_(videos), options_(options), stop_(stop),
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
            frames += static_cast<std::int64_t>(Playback(video, options_.rounds).order.size());
        return frames * options_.seeds * (options_.clock > 0 ? 2 : 1);
    }

    eval::LabelFrame step(EvalStream& stream, const Playback& playback, std::size_t position) {
        if (stop_())
            throw std::runtime_error("interrupted");
        ++run_.frames;
        const bool shown = position == start_ && !options_.videos.discovery;
        return stream.step(playback.order[position], playback.truth(position), shown);
    }

    void evaluate(const DavisVideo& video, std::uint64_t seed) {
        const Playback playback(video, options_.rounds);
        EvalStream stream(engine_, video, options_.stream, options_.videos.discovery, seed);
        eval::TrackScores scores(video.objects.count);
        std::vector<eval::LabelFrame> kept;
        for (std::size_t i = 0; i < playback.order.size(); ++i) {
            auto labels = step(stream, playback, i);
            if (i >= start_)
                scores.add(labels, playback.truth(i));
            if (!options_.masks.empty())
                kept.push_back(std::move(labels));
            progress_.show(++shown_);
        }
        run_.network = stream.network();
        if (!options_.masks.empty())
            write(video, seed, kept, scores);
        auto outcome = eval::video_outcome(
            video.sequence.name, seed, scores,
            {.discovery = options_.videos.discovery, .tenths = options_.rounds > 1, .after_prompt = start_ > 0});
        if (options_.clock > 0)
            evaluate_live(playback, seed, outcome);
        run_.outcomes.push_back(std::move(outcome));
    }

    /// The same as a live stream. The frames before the prompt are all segmented; the clock begins with it.
    void evaluate_live(const Playback& playback, std::uint64_t seed, eval::VideoOutcome& outcome) {
        EvalStream stream(engine_, playback.video, options_.stream, options_.videos.discovery, seed);
        for (std::size_t i = 0; i < start_; ++i)
            (void)step(stream, playback, i);
        std::vector<eval::LabelFrame> masks(playback.order.size() - start_);
        double seconds = 0;
        const auto segment = [&](int frame) {
            const auto i = static_cast<std::size_t>(frame);
            masks[i] = step(stream, playback, start_ + i);
            const double time = options_.frame_time > 0 ? options_.frame_time : stream.seconds();
            seconds += time;
            progress_.show(shown_ + static_cast<std::int64_t>(start_ + i) + 1);
            return time;
        };
        const auto schedule = eval::stream_schedule(static_cast<int>(masks.size()), options_.clock, segment);
        eval::TrackScores scores(playback.video.objects.count);
        for (std::size_t i = 0; i < masks.size(); ++i) {
            const auto truth = playback.truth(start_ + i);
            const auto shown = schedule.shown[i];
            scores.add(shown < 0 ? nothing_like(truth) : masks[static_cast<std::size_t>(shown)], truth);
        }
        shown_ += static_cast<std::int64_t>(playback.order.size());
        const auto live = eval::video_outcome(outcome.name, seed, scores, {.discovery = options_.videos.discovery});
        eval::add_live(outcome, live, schedule.share(), seconds / static_cast<double>(schedule.segmented.size()));
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
