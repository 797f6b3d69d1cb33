// SPDX-License-Identifier: MIT
// ausm eval: the quality of the model, or of masks that are there, on annotated videos.
#include "tools/eval_command.h"
#include "tools/interrupt.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <map>

namespace ausm::tools {
namespace {

const std::map<std::string, PromptKind> kPrompts{{"mask", PromptKind::kMask},
                                                 {"box", PromptKind::kBox},
                                                 {"point", PromptKind::kPoints},
                                                 {"scribble", PromptKind::kScribble}};
constexpr int kInterruptedStatus = 130;  // as shells report it

}  // namespace

void add_video_options(CLI::App& command, VideoChoice& videos) {
    command.add_option("--root", videos.root, "Folder with the data, see below")->required();
    command.add_option("--sequences", videos.sequences, "Names of videos, parted by commas; default: all")
        ->delimiter(',');
}

void add_mode_option(CLI::App& command, std::string& mode) {
    command.add_option("--mode", mode, "prompted: the first annotation is shown; discovery: nothing is")
        ->check(CLI::IsMember({"prompted", "discovery"}))
        ->capture_default_str();
}

CLI::Option* add_stream_options(CLI::App& command, StreamOptions& stream, std::string& prompt) {
    auto* option = command.add_option("--prompt", prompt, "How the first annotation's objects are shown")
                       ->check(CLI::IsMember({"mask", "box", "point", "scribble"}))
                       ->capture_default_str();
    command.add_flag("--zero-state", stream.zero_state,
                     "Zero the recurrent state before every frame, to see its worth");
    command.add_option("--inference-size", stream.size, "Short side of the network's input, a multiple of 32");
    command.add_option("--passes", stream.passes, "Passes over every frame; each above 1 refines")
        ->check(CLI::Range(1, 8))
        ->capture_default_str();
    return option;
}

PromptKind prompt_kind(const std::string& name) { return kPrompts.at(name); }

nlohmann::ordered_json model_json(const ModelInfo& info) {
    return {{"model", info.name},
            {"weights-hash", info.weights_hash},
            {"device", info.device},
            {"precision", precision_name(info.precision)},
            {"threads", info.threads}};
}

int status_of(const std::string& failure, std::size_t finished, std::size_t videos) {
    if (failure.empty())
        return 0;
    std::cerr << "ausm: " << failure << "; " << finished << " of " << videos << " videos were finished\n";
    return interrupted ? kInterruptedStatus : 1;
}

void add_eval(CLI::App& app) {
    auto* eval = app.add_subcommand("eval", "Measures the quality of masks on annotated videos");
    eval->require_subcommand(1);
    add_eval_masks(*eval);
    add_eval_davis(*eval);
    add_eval_clips(*eval);
}

}  // namespace ausm::tools
