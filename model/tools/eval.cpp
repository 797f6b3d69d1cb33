// SPDX-License-Identifier: MIT
// ausm eval: the quality of the model, or of masks that are there, on DAVIS data by the official measures.
#include "eval/davis_report.h"
#include "tools/command.h"
#include "tools/eval_davis.h"
#include "tools/interrupt.h"
#include "tools/score_masks.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <iostream>
#include <map>

namespace ausm::tools {
namespace {

constexpr const char* kExamples =
    R"help(ROOT holds JPEGImages/480p/VIDEO/00000.jpg and Annotations/480p/VIDEO/00000.png, as DAVIS 2016
and 2017 do. Ctrl-C ends a run; what was finished by then is reported.

Examples:
  ausm eval davis --root DAVIS
  ausm eval davis --root DAVIS --prompt box --sequences dog,parkour --json
  ausm eval davis --root DAVIS --sequences "$(paste -sd, DAVIS/ImageSets/2017/val.txt)" --masks masks
  ausm eval davis --root DAVIS --seeds 5
  ausm eval davis --root DAVIS --mode discovery)help";

constexpr const char* kMasksExamples =
    R"help(ROOT is as for `ausm eval davis`, whose --masks writes such a folder.

Examples:
  ausm eval masks --root DAVIS --masks masks
  ausm eval masks --root DAVIS --masks masks --mode discovery --json)help";

const std::map<std::string, PromptKind> kPrompts{{"mask", PromptKind::kMask},
                                                 {"box", PromptKind::kBox},
                                                 {"point", PromptKind::kPoints},
                                                 {"scribble", PromptKind::kScribble}};
constexpr int kInterruptedStatus = 130;  // as shells report it

struct EvalOptions {
    ModelOptions model;
    DavisOptions davis;
    std::string mode = "prompted", prompt = "mask";
    bool json = false;
};

nlohmann::ordered_json settings_json(const EvalOptions& options, const DavisRun& run, const ModelInfo& info) {
    nlohmann::ordered_json out{{"root", options.davis.root}, {"mode", options.mode}};
    if (!options.davis.discovery)
        out["prompt"] = options.prompt;
    out["zero-state"] = options.davis.zero_state;
    out["seeds"] = options.davis.seeds;
    out["passes"] = options.davis.passes;
    if (!options.davis.discovery)
        out["start"] = options.davis.start;
    out["model"] = info.name;
    out["weights-hash"] = info.weights_hash;
    out["device"] = info.device;
    out["precision"] = precision_name(info.precision);
    out["threads"] = info.threads;
    out["network"] = run.network;
    out["frames-run"] = run.frames;
    out["seconds"] = std::round(run.seconds * 100) / 100;
    return out;
}

void print(const EvalOptions& options, const DavisRun& run, const ModelInfo& info, const eval::Report& report) {
    std::cout << info.name << ' ' << precision_name(info.precision) << " on " << info.device << ", network "
              << run.network << ", " << (options.davis.discovery ? "discovery" : "prompt: " + options.prompt)
              << (options.davis.start > 0 ? " on frame " + std::to_string(options.davis.start) : "")
              << (options.davis.zero_state ? ", state zeroed before every frame" : "")
              << (options.davis.passes > 1 ? ", " + std::to_string(options.davis.passes) + " passes" : "") << ", ";
    if (options.davis.seeds > 1)
        std::cout << "seeds 0 to " << options.davis.seeds - 1;
    else
        std::cout << "seed 0";
    std::cout << "; percent, " << (options.davis.discovery ? "all frames count" : "first and last frame do not count")
              << ", thirds and spread in J&F\n"
              << eval::table(report);
}

/// Whether a run of `videos` went to its end; says else why not.
bool finished(const DavisRun& run, std::size_t videos) {
    if (!run.failure.empty())
        std::cerr << "ausm: " << run.failure << "; " << run.outcomes.size() << " of " << videos
                  << " videos were finished\n";
    return run.failure.empty();
}

/// The exit status.
int run_davis(EvalOptions& options) {
    options.davis.discovery = options.mode == "discovery";
    options.davis.prompt = kPrompts.at(options.prompt);
    const InterruptGuard guard;
    const auto videos = open_davis(options.davis);
    const auto engine = open_model(options.model);
    const auto run = evaluate_davis(*engine, videos, options.davis, [] { return interrupted.load(); });
    const auto draws = static_cast<std::size_t>(options.davis.seeds);
    if (!run.outcomes.empty()) {
        const auto report = eval::make_report(run.outcomes, videos.size(), draws, options.davis.discovery);
        if (options.json) {
            auto out = settings_json(options, run, engine->info());
            out.update(eval::report_json(report));
            std::cout << out.dump(2) << '\n';
        } else {
            print(options, run, engine->info(), report);
        }
    }
    if (finished(run, videos.size() * draws))
        return 0;
    return interrupted ? kInterruptedStatus : 1;
}

struct MasksOptions {
    DavisOptions davis;
    std::string mode = "prompted", folder;
    bool json = false;
};

int run_masks(MasksOptions& options) {
    options.davis.discovery = options.mode == "discovery";
    const auto videos = open_davis(options.davis);
    const auto run = score_masks(videos, options.folder, options.davis.discovery);
    if (!run.outcomes.empty()) {
        const auto report = eval::make_report(run.outcomes, videos.size(), 1, options.davis.discovery);
        if (options.json) {
            nlohmann::ordered_json out{{"root", options.davis.root}, {"masks", options.folder}, {"mode", options.mode}};
            out.update(eval::report_json(report));
            std::cout << out.dump(2) << '\n';
        } else {
            std::cout << "Masks in " << options.folder << "; percent, "
                      << (options.davis.discovery ? "all frames count" : "first and last frame do not count")
                      << ", thirds in J&F\n"
                      << eval::table(report);
        }
    }
    return finished(run, videos.size()) ? 0 : 1;
}

/// What both ways of scoring ask: whose annotations, and how tracks and objects are matched.
void add_data_options(CLI::App& command, DavisOptions& davis, std::string& mode) {
    command.add_option("--root", davis.root, "Folder with the data, see below")->required();
    command.add_option("--mode", mode, "prompted: the first annotation is shown; discovery: nothing is")
        ->check(CLI::IsMember({"prompted", "discovery"}))
        ->capture_default_str();
    command.add_option("--sequences", davis.sequences, "Names of videos, parted by commas; default: all")
        ->delimiter(',');
}

void add_masks(CLI::App& eval) {
    auto options = std::make_shared<MasksOptions>();
    auto* command = eval.add_subcommand("masks", "The same figures of masks that any program has written");
    command->footer(kMasksExamples);
    add_data_options(*command, options->davis, options->mode);
    command
        ->add_option("--masks", options->folder, "Folder with VIDEO/00000.png and so on; value k is object (track) k")
        ->required()
        ->check(CLI::ExistingDirectory);
    command->add_flag("--json", options->json, "JSON, for programs");
    command->callback([options] {
        if (const int status = run_masks(*options); status != 0)
            throw CLI::RuntimeError(status);
    });
}

}  // namespace

void add_eval(CLI::App& app) {
    auto* eval = app.add_subcommand("eval", "Measures the quality of masks on annotated videos");
    eval->require_subcommand(1);
    add_masks(*eval);
    auto options = std::make_shared<EvalOptions>();
    auto* command = eval->add_subcommand(
        "davis", "J, F and J&F by the official DAVIS definition, by thirds of the videos and over ID draws");
    command->footer(kExamples);
    add_model_options(*command, options->model);
    auto& davis = options->davis;
    add_data_options(*command, davis, options->mode);
    auto* prompt = command->add_option("--prompt", options->prompt, "How the first annotation's objects are shown")
                       ->check(CLI::IsMember({"mask", "box", "point", "scribble"}))
                       ->capture_default_str();
    auto* start = command
                      ->add_option("--start", davis.start,
                                   "Frame whose annotation is shown, from 0; earlier ones run without a prompt")
                      ->check(CLI::Range(0, 1'000'000))
                      ->capture_default_str();
    command->add_option("--frames", davis.frames, "Only so many frames of each video; default: all")
        ->check(CLI::Range(3, 1'000'000));
    command->add_option("--seeds", davis.seeds, "ID draws: seeds 0 to N - 1, mean and spread")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command->add_flag("--zero-state", davis.zero_state,
                      "Zero the recurrent state before every frame, to see its worth");
    command->add_option("--inference-size", davis.size, "Short side of the network's input, a multiple of 32");
    command->add_option("--passes", davis.passes, "Passes over every frame; each above 1 refines")
        ->check(CLI::Range(1, 8))
        ->capture_default_str();
    command->add_option("--masks", davis.masks, "New folder for the masks, as PNGs in DAVIS's layout");
    command->add_flag("--json", options->json, "JSON, for programs");
    command->callback([options, prompt, start] {
        if (options->davis.start > 0 && (options->mode == "discovery" || !options->davis.masks.empty()))
            throw CLI::ValidationError(start->get_name(), "goes with neither --mode discovery nor --masks");
        if (options->mode == "discovery" && prompt->count() > 0)
            throw CLI::ValidationError("--prompt", "discovery shows nothing; leave --prompt or --mode discovery out");
        if (const int status = run_davis(*options); status != 0)
            throw CLI::RuntimeError(status);
    });
}

}  // namespace ausm::tools
