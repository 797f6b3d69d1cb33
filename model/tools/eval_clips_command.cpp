// SPDX-License-Identifier: MIT
// ausm eval clips: what goes wrong when objects leave, return and cross.
#include "tools/eval_clips.h"
#include "tools/eval_command.h"
#include "tools/interrupt.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <iostream>

namespace ausm::tools {
namespace {

constexpr const char* kExamples =
    R"help(ROOT has the layout of `ausm eval davis`, with a true annotation of every frame. The objects are those of the
first one; all of them are shown there. `ausm data export` makes such clips.

Examples:
  ausm data export model/train/recipes/leaving.json leaving --data DATA
  ausm eval clips --root leaving
  ausm eval clips --root leaving --thresholds 0.1,0.3,0.5,0.7,0.9 --json > shipped.json
  python3 model/tools/plot_clips.py shipped.json -o clips.svg)help";

struct EvalOptions {
    ModelOptions model;
    ClipsOptions clips;
    std::string prompt = "mask";
    bool json = false;
};

/// Of all clips that were finished.
eval::ClipCounts sum_of(const ClipsRun& run, std::size_t threshold) {
    eval::ClipCounts sum;
    for (const auto& clip : run.clips)
        sum += clip.counts[threshold];
    return sum;
}

nlohmann::ordered_json threshold_json(const EvalOptions& options, const ClipsRun& run, std::size_t i) {
    nlohmann::ordered_json out{{"threshold", options.clips.thresholds[i]}};
    out.update(eval::figures_json(eval::clip_figures(sum_of(run, i))));
    out["sequences"] = nlohmann::ordered_json::array();
    for (const auto& clip : run.clips) {
        nlohmann::ordered_json one{{"sequence", clip.name}};
        one.update(eval::figures_json(eval::clip_figures(clip.counts[i])));
        out["sequences"].push_back(std::move(one));
    }
    return out;
}

void print_json(const EvalOptions& options, const ClipsRun& run, const ModelInfo& info) {
    nlohmann::ordered_json out{{"root", options.clips.videos.root},
                               {"prompt", options.prompt},
                               {"zero-state", options.clips.stream.zero_state},
                               {"passes", options.clips.stream.passes}};
    out.update(model_json(info));
    out["network"] = run.network;
    out["frames-run"] = run.frames;
    out["seconds"] = std::round(run.seconds * 100) / 100;
    out["complete"] = run.failure.empty();
    out["thresholds"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < options.clips.thresholds.size(); ++i)
        out["thresholds"].push_back(threshold_json(options, run, i));
    std::cout << out.dump(2) << '\n';
}

void print_table(const EvalOptions& options, const ClipsRun& run, const ModelInfo& info) {
    std::vector<eval::FigureRow> rows;
    for (std::size_t i = 0; i < options.clips.thresholds.size(); ++i) {
        char name[32];
        std::snprintf(name, sizeof name, "%g", options.clips.thresholds[i]);
        rows.push_back({name, eval::clip_figures(sum_of(run, i))});
    }
    std::cout << info.name << ' ' << precision_name(info.precision) << " on " << info.device << ", network "
              << run.network << ", prompt: " << options.prompt
              << (options.clips.stream.zero_state ? ", state zeroed before every frame" : "") << ", "
              << run.clips.size() << " clips; percent, the first frame does not count\n"
              << eval::figure_table("presence", rows);
}

/// The exit status.
int run_clips(EvalOptions& options) {
    options.clips.stream.prompt = prompt_kind(options.prompt);
    const InterruptGuard guard;
    const auto videos = open_davis(options.clips.videos);
    const auto engine = open_model(options.model);
    const auto run = evaluate_clips(*engine, videos, options.clips, [] { return interrupted.load(); });
    if (!run.clips.empty())
        (options.json ? print_json : print_table)(options, run, engine->info());
    return status_of(run.failure, run.clips.size(), videos.size());
}

}  // namespace

void add_eval_clips(CLI::App& eval) {
    auto options = std::make_shared<EvalOptions>();
    auto* command = eval.add_subcommand(
        "clips", "False masks, false absences, recovery and swaps on clips with exact truth of every frame");
    command->footer(kExamples);
    add_model_options(*command, options->model);
    add_video_options(*command, options->clips.videos);
    add_stream_options(*command, options->clips.stream, options->prompt);
    command
        ->add_option("--thresholds", options->clips.thresholds,
                     "Presence from which an object is seen, one or more parted by commas: a run for each")
        ->delimiter(',')
        ->check(CLI::Range(0., 1.))
        ->capture_default_str();
    command->add_flag("--json", options->json, "JSON, for programs");
    command->callback([options] {
        if (const int status = run_clips(*options); status != 0)
            throw CLI::RuntimeError(status);
    });
}

}  // namespace ausm::tools
