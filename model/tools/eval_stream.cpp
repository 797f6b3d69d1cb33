// SPDX-License-Identifier: MIT
// A picture and its prompts in, a label map out.
#include "tools/eval_stream.h"

#include "io/jpeg.h"
#include "tools/eval_prompts.h"
#include "tools/eval_zero_state.h"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace ausm::tools {
namespace {

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

io::RgbPicture read_picture(const std::string& file, const io::IndexPicture& truth) {
    auto picture = io::read_jpeg(file);
    if (picture.width != truth.width || picture.height != truth.height)
        throw std::runtime_error("'" + file + "' has " + size_text(picture) + " pixels, its annotation " +
                                 size_text(truth) + ": both must come from the same resolution (480p)");
    return picture;
}

void check_answers(const Result& result, const std::string& video) {
    for (const auto& answer : result.answers)
        if (!answer.accepted)
            throw std::runtime_error("the model refused a prompt for the video '" + video + "': " + answer.reason);
}

SessionOptions settings_of(const StreamOptions& options, bool discovery, std::uint64_t seed) {
    SessionOptions settings;
    settings.mode = discovery ? Mode::kDiscovery : Mode::kPrompted;
    settings.seed = seed;
    settings.presence = options.presence;
    settings.inference_size = options.size;
    settings.passes = options.passes;
    return settings;
}

}  // namespace

EvalStream::EvalStream(Engine& engine, const DavisVideo& video, const StreamOptions& options, bool discovery,
                       std::uint64_t seed)
    : video_(video), options_(options), session_(engine.session(settings_of(options, discovery, seed))) {}

eval::LabelFrame EvalStream::step(std::size_t frame, const io::IndexPicture& truth, bool shown) {
    const auto picture = read_picture(video_.sequence.pictures[frame], truth);
    std::vector<Prompt> prompts;
    if (shown)
        prompts = prompts_for(video_.objects.count, truth, options_.prompt);
    if (options_.zero_state && session_->info().frames > 0)
        session_->load(with_zero_state(session_->save()));
    const auto begin = std::chrono::steady_clock::now();
    const auto status = session_->step(frame_of(picture), std::move(prompts), result_);
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (status != StepStatus::kOk)
        throw std::runtime_error("the model was interrupted");
    check_answers(result_, video_.sequence.name);
    eval::LabelFrame labels{{result_.map_width, result_.map_height, std::move(result_.map)}, {}};
    for (const auto& object : result_.objects)
        labels.ids[object.value] = object.id;
    return labels;
}

std::string EvalStream::network() const {
    const auto info = session_->info();
    return std::to_string(info.input_width) + "x" + std::to_string(info.input_height);
}

}  // namespace ausm::tools
