// SPDX-License-Identifier: MIT
// ausm eval davis: the model's quality by the official measures.
#include "eval/davis_report.h"
#include "tools/eval_command.h"
#include "tools/eval_davis.h"
#include "tools/interrupt.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <iostream>

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
  ausm eval davis --root DAVIS --mode discovery
  ausm eval davis --root DAVIS --rounds 5                     # long streams; and with --zero-state
  ausm eval davis --root DAVIS --clock 25                     # as a live stream, at this machine's speed
  ausm eval davis --root DAVIS --clock 25 --frame-time 90     # as one on a machine that takes 90 ms a frame)help";

struct EvalOptions {
    ModelOptions model;
    DavisOptions davis;
    std::string mode = "prompted", prompt = "mask";
    bool json = false;
};

nlohmann::ordered_json settings_json(const EvalOptions& options, const DavisRun& run, const ModelInfo& info) {
    const auto& videos = options.davis.videos;
    const auto& stream = options.davis.stream;
    nlohmann::ordered_json out{{"root", videos.root}, {"mode", options.mode}};
    if (!videos.discovery)
        out["prompt"] = options.prompt;
    out["zero-state"] = stream.zero_state;
    out["seeds"] = options.davis.seeds;
    out["passes"] = stream.passes;
    if (!videos.discovery)
        out["start"] = videos.start;
    if (options.davis.rounds > 1)
        out["rounds"] = options.davis.rounds;
    if (options.davis.clock > 0)
        out["clock"] = options.davis.clock;
    if (options.davis.frame_time > 0)
        out["frame-time"] = 1e3 * options.davis.frame_time;
    out.update(model_json(info));
    out["network"] = run.network;
    out["frames-run"] = run.frames;
    out["seconds"] = std::round(run.seconds * 100) / 100;
    return out;
}

std::string number_text(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", number);
    return text;
}

/// What was run, in words.
std::string settings_text(const EvalOptions& options, const DavisRun& run, const ModelInfo& info) {
    const auto& videos = options.davis.videos;
    const auto& stream = options.davis.stream;
    auto text = info.name + ' ' + precision_name(info.precision) + " on " + info.device + ", network " + run.network;
    text += videos.discovery ? ", discovery" : ", prompt: " + options.prompt;
    if (videos.start > 0)
        text += " on frame " + std::to_string(videos.start);
    if (stream.zero_state)
        text += ", state zeroed before every frame";
    if (stream.passes > 1)
        text += ", " + std::to_string(stream.passes) + " passes";
    if (options.davis.rounds > 1)
        text += ", " + std::to_string(options.davis.rounds) + " times to and fro";
    if (options.davis.clock > 0)
        text += ", beside it a live stream of " + number_text(options.davis.clock) + " frames a second";
    if (options.davis.frame_time > 0)
        text += " whose masks take " + number_text(1e3 * options.davis.frame_time) + " ms";
    text += options.davis.seeds > 1 ? ", seeds 0 to " + std::to_string(options.davis.seeds - 1) : ", seed 0";
    text += videos.discovery ? "; percent, all frames count" : "; percent, first and last frame do not count";
    return text + ", thirds and spread in J&F";
}

void print(const EvalOptions& options, const DavisRun& run, const ModelInfo& info, const eval::Report& report) {
    if (!options.json) {
        std::cout << settings_text(options, run, info) << '\n' << eval::table(report);
        return;
    }
    auto out = settings_json(options, run, info);
    out.update(eval::report_json(report));
    std::cout << out.dump(2) << '\n';
}

/// The exit status.
int run_davis(EvalOptions& options) {
    options.davis.videos.discovery = options.mode == "discovery";
    options.davis.stream.prompt = prompt_kind(options.prompt);
    const InterruptGuard guard;
    const auto videos = open_davis(options.davis.videos);
    const auto engine = open_model(options.model);
    const auto run = evaluate_davis(*engine, videos, options.davis, [] { return interrupted.load(); });
    const auto draws = static_cast<std::size_t>(options.davis.seeds);
    if (!run.outcomes.empty())
        print(options, run, engine->info(), eval::make_report(run.outcomes, videos.size(), draws));
    return status_of(run.failure, run.outcomes.size(), videos.size() * draws);
}

/// Options that do not go together.
void check(const EvalOptions& options, bool prompt_given) {
    if (options.davis.videos.start > 0 && (options.mode == "discovery" || !options.davis.masks.empty()))
        throw CLI::ValidationError("--start", "goes with neither --mode discovery nor --masks");
    if (options.davis.rounds > 1 && !options.davis.masks.empty())
        throw CLI::ValidationError("--rounds", "a frame is shown several times; it does not go with --masks");
    if (options.mode == "discovery" && prompt_given)
        throw CLI::ValidationError("--prompt", "discovery shows nothing; leave --prompt or --mode discovery out");
}

void add_run_options(CLI::App& command, DavisOptions& davis) {
    command
        .add_option("--start", davis.videos.start,
                    "Frame whose annotation is shown, from 0; earlier ones run without a prompt")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    command.add_option("--frames", davis.videos.frames, "Only so many frames of each video; default: all")
        ->check(CLI::Range(3, 1'000'000));
    command.add_option("--seeds", davis.seeds, "ID draws: seeds 0 to N - 1, mean and spread")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command
        .add_option("--rounds", davis.rounds,
                    "Play each video so often, by turns forwards and backwards, without a reset: J&F by\n"
                    "tenths of the long stream")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    auto* clock = command
                      .add_option("--clock", davis.clock,
                                  "Frames a second: J&F as a live stream, too, where frames that come while the model\n"
                                  "is busy are skipped and scored with the last mask that was there")
                      ->check(CLI::Range(0.1, 1000.));
    command
        .add_option_function<double>(
            "--frame-time", [&davis](double milliseconds) { davis.frame_time = milliseconds * 1e-3; },
            "Milliseconds for a mask under --clock; default: what each frame takes here")
        ->check(CLI::Range(0.001, 1e6))
        ->needs(clock);
    command.add_option("--masks", davis.masks, "New folder for the masks, as PNGs in DAVIS's layout");
}

}  // namespace

void add_eval_davis(CLI::App& eval) {
    auto options = std::make_shared<EvalOptions>();
    auto* command = eval.add_subcommand(
        "davis", "J, F and J&F by the official DAVIS definition, by thirds of the videos and over ID draws");
    command->footer(kExamples);
    add_model_options(*command, options->model);
    add_video_options(*command, options->davis.videos);
    add_mode_option(*command, options->mode);
    auto* prompt = add_stream_options(*command, options->davis.stream, options->prompt);
    add_run_options(*command, options->davis);
    command->add_flag("--json", options->json, "JSON, for programs");
    command->callback([options, prompt] {
        check(*options, prompt->count() > 0);
        if (const int status = run_davis(*options); status != 0)
            throw CLI::RuntimeError(status);
    });
}

}  // namespace ausm::tools
