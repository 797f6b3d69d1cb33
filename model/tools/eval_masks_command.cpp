// SPDX-License-Identifier: MIT
// ausm eval masks: the figures of masks that any program has written.
#include "eval/davis_report.h"
#include "tools/eval_command.h"
#include "tools/score_masks.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace ausm::tools {
namespace {

constexpr const char* kExamples =
    R"help(ROOT is as for `ausm eval davis`, whose --masks writes such a folder.

Examples:
  ausm eval masks --root DAVIS --masks masks
  ausm eval masks --root DAVIS --masks masks --mode discovery --json)help";

struct MasksOptions {
    VideoChoice videos;
    std::string mode = "prompted", folder;
    bool json = false;
};

void print(const MasksOptions& options, const eval::Report& report) {
    if (options.json) {
        nlohmann::ordered_json out{{"root", options.videos.root}, {"masks", options.folder}, {"mode", options.mode}};
        out.update(eval::report_json(report));
        std::cout << out.dump(2) << '\n';
    } else {
        std::cout << "Masks in " << options.folder << "; percent, "
                  << (options.videos.discovery ? "all frames count" : "first and last frame do not count")
                  << ", thirds in J&F\n"
                  << eval::table(report);
    }
}

/// The exit status.
int run_masks(MasksOptions& options) {
    options.videos.discovery = options.mode == "discovery";
    const auto videos = open_davis(options.videos);
    const auto run = score_masks(videos, options.folder, options.videos.discovery);
    if (!run.outcomes.empty())
        print(options, eval::make_report(run.outcomes, videos.size(), 1));
    return status_of(run.failure, run.outcomes.size(), videos.size());
}

}  // namespace

void add_eval_masks(CLI::App& eval) {
    auto options = std::make_shared<MasksOptions>();
    auto* command = eval.add_subcommand("masks", "The same figures of masks that any program has written");
    command->footer(kExamples);
    add_video_options(*command, options->videos);
    add_mode_option(*command, options->mode);
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

}  // namespace ausm::tools
