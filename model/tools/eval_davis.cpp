// SPDX-License-Identifier: MIT
// Pictures in, label maps out, scores kept; masks are written when a video is finished.
#include "tools/eval_davis.h"

#include "eval/davis_annotation.h"
#include "eval/mask_prompt.h"
#include "eval/track_scores.h"
#include "io/jpeg.h"
#include "io/png.h"
#include "tools/eval_masks.h"
#include "tools/eval_zero_state.h"
#include "tools/progress.h"

#include <array>
#include <chrono>
#include <stdexcept>

namespace ausm::tools {
namespace {

using io::IndexPicture;

Point centre_of(const eval::Pixel& pixel, const IndexPicture& picture) {
    return {(pixel.x + 0.5) / picture.width, (pixel.y + 0.5) / picture.height};
}

Prompt prompt_for(int object, const IndexPicture& annotation, PromptKind kind) {
    Prompt prompt;
    prompt.kind = kind;
    prompt.object = object;
    const auto pixels = eval::pixels_of(annotation, object);
    const eval::BinaryMask mask{annotation.height, annotation.width, pixels};
    const double width = annotation.width, height = annotation.height;
    switch (kind) {
    case PromptKind::kMask:
        prompt.mask = pixels;
        prompt.mask_width = annotation.width, prompt.mask_height = annotation.height;
        break;
    case PromptKind::kBox: {
        const auto [begin, end] = eval::tight_box(mask);
        prompt.box = {begin.x / width, begin.y / height, end.x / width, end.y / height};
        break;
    }
    case PromptKind::kPoints: prompt.points = {centre_of(eval::innermost_pixel(mask), annotation)}; break;
    case PromptKind::kScribble:
        prompt.strokes.emplace_back();
        for (const auto& pixel : eval::centre_line(mask))
            prompt.strokes.back().push_back(centre_of(pixel, annotation));
        break;
    case PromptKind::kRemove:
    case PromptKind::kReset: break;  // these show nothing
    }
    return prompt;
}

/// For the objects that the first annotation shows; a number that it leaves out cannot be shown to the model.
std::vector<Prompt> prompts_for(int objects, const IndexPicture& annotation, PromptKind kind) {
    std::array<bool, 256> shown{};
    for (const auto value : annotation.values)
        shown[value] = true;
    std::vector<Prompt> prompts;
    for (int object = 1; object <= objects; ++object)
        if (shown[static_cast<std::size_t>(object)])
            prompts.push_back(prompt_for(object, annotation, kind));
    return prompts;
}

Frame frame_of(const io::RgbPicture& picture) {
    Frame frame;
    frame.width = picture.width, frame.height = picture.height;
    frame.planes[0] = {picture.pixels.data(), std::ptrdiff_t{3} * picture.width};
    return frame;
}

template <typename Picture>
std::string size_text(const Picture& picture) {
    return std::to_string(picture.width) + " x " + std::to_string(picture.height);
}

void check_answers(const Result& result, const std::string& video) {
    for (const auto& answer : result.answers)
        if (!answer.accepted)
            throw std::runtime_error("the model refused a prompt for the video '" + video + "': " + answer.reason);
}

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
                    evaluate(video, seed, progress);
        } catch (const std::exception& failure) {
            run_.failure = failure.what();
        }
        run_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::move(run_);
    }

private:
    [[nodiscard]] std::unique_ptr<Session> session(int seed) const {
        SessionOptions settings;
        settings.mode = options_.discovery ? Mode::kDiscovery : Mode::kPrompted;
        settings.seed = static_cast<std::uint64_t>(seed);
        settings.inference_size = options_.size;
        settings.passes = options_.passes;
        return engine_.session(settings);
    }

    /// One frame through the model: the label map and whose its values are.
    LabelFrame step(Session& session, const DavisVideo& video, std::size_t i, const IndexPicture& truth) {
        const auto& file = video.sequence.pictures[i];
        const auto picture = io::read_jpeg(file);
        if (picture.width != truth.width || picture.height != truth.height)
            throw std::runtime_error("'" + file + "' has " + size_text(picture) + " pixels, its annotation " +
                                     size_text(truth) + ": both must come from the same resolution (480p)");
        std::vector<Prompt> prompts;
        if (i == static_cast<std::size_t>(options_.start) && !options_.discovery)
            prompts = prompts_for(video.objects.count, truth, options_.prompt);
        if (i > 0 && options_.zero_state)
            session.load(with_zero_state(session.save()));
        if (session.step(frame_of(picture), std::move(prompts), result_) != StepStatus::kOk)
            throw std::runtime_error("the model was interrupted");
        check_answers(result_, video.sequence.name);
        LabelFrame labels{{result_.map_width, result_.map_height, std::move(result_.map)}, {}};
        for (const auto& object : result_.objects)
            labels.ids[object.value] = object.id;
        return labels;
    }

    void evaluate(const DavisVideo& video, int seed, Progress& progress) {
        const auto stream = session(seed);
        eval::TrackScores scores(video.objects.count);
        std::vector<LabelFrame> kept;
        const auto frames = video.sequence.pictures.size();
        for (std::size_t i = 0; i < frames; ++i) {
            if (stop_())
                throw std::runtime_error("interrupted");
            const auto truth = eval::read_annotation(video.sequence.annotations[i], video.objects);
            auto labels = step(*stream, video, i, truth);
            if (i >= static_cast<std::size_t>(options_.start))
                scores.add(labels.map, labels.ids, truth);
            if (!options_.masks.empty())
                kept.push_back(std::move(labels));
            progress.show(++run_.frames);
        }
        const auto info = stream->info();
        run_.network = std::to_string(info.input_width) + "x" + std::to_string(info.input_height);
        if (!options_.masks.empty())
            write(video, seed, kept, scores);
        run_.outcomes.push_back(outcome_of(video, scores, static_cast<std::uint64_t>(seed), options_.discovery));
    }

    void write(const DavisVideo& video, int seed, const std::vector<LabelFrame>& frames,
               const eval::TrackScores& scores) {
        auto numbers = scores.proposals();
        if (!options_.discovery) {
            numbers.clear();
            for (int object = 1; object <= video.objects.count; ++object)
                numbers.push_back(object);
        }
        const auto folder = options_.seeds > 1 ? options_.masks + "/seed-" + std::to_string(seed) : options_.masks;
        write_masks(folder, video.sequence, frames, numbers);
    }

    Engine& engine_;
    const std::vector<DavisVideo>& videos_;
    const DavisOptions& options_;
    const std::function<bool()>& stop_;
    std::int64_t total_ = 0;
    Result result_;
    DavisRun run_;
};

}  // namespace

std::vector<DavisVideo> open_davis(const DavisOptions& options) {
    std::vector<DavisVideo> videos;
    for (auto& sequence : data::davis_sequences(options.root, options.sequences, options.discovery)) {
        if (options.frames > 0 && static_cast<std::size_t>(options.frames) < sequence.pictures.size()) {
            sequence.pictures.resize(static_cast<std::size_t>(options.frames));
            sequence.annotations.resize(static_cast<std::size_t>(options.frames));
        }
        const auto start = static_cast<std::size_t>(options.discovery ? 0 : options.start);
        if (!options.discovery && sequence.pictures.size() < start + 3)
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

eval::VideoOutcome outcome_of(const DavisVideo& video, const eval::TrackScores& scores, std::uint64_t seed,
                              bool discovery) {
    eval::VideoOutcome outcome;
    outcome.name = video.sequence.name;
    outcome.seed = seed;
    outcome.frames = scores.frames();
    outcome.tracks = scores.tracks();
    outcome.tracks_per_frame = scores.tracks_per_frame();
    for (const auto& object : discovery ? scores.best() : scores.by_number())
        outcome.objects.push_back({object.track, eval::davis_sequence_score(object.frames, !discovery)});
    return outcome;
}

DavisRun evaluate_davis(Engine& engine, const std::vector<DavisVideo>& videos, const DavisOptions& options,
                        const std::function<bool()>& stop) {
    return Evaluation(engine, videos, options, stop).run();
}

}  // namespace ausm::tools
