// SPDX-License-Identifier: MIT
// ausm train: one stage of training from a recipe.
#include "tools/command.h"
#include "tools/interrupt.h"
#include "tools/progress.h"
#include "train/processes.h"
#include "train/run.h"

#include <ATen/ATen.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

namespace ausm::tools {
namespace {

struct TrainOptions {
    std::string recipe;
    train::RunOptions run;
    std::string device = "auto";
    int threads = 0;
    std::int64_t steps = 0;
};

/// The last line of what is on the terminal, and a line now and then elsewhere.
class TrainProgress {
public:
    TrainProgress(std::int64_t done, std::int64_t steps) : progress_("step", steps, done) {}
    void show(const train::RunStatus& status) {
        const auto& r = status.report;
        if (loss_ == 0)
            loss_ = r.loss;
        loss_ += 0.05 * (r.loss - loss_);
        char text[160];
        std::snprintf(text, sizeof text, "loss %.3f, tracked IoU %.2f, %.2f s a step, %.0f %% waiting for clips", loss_,
                      r.parts.iou_tracked, status.step_s, 100 * status.waited);
        progress_.show(r.step, text);
    }

private:
    Progress progress_;
    double loss_ = 0;
};

void train_stage(TrainOptions options) {
    auto recipe = train::read_recipe(options.recipe);
    if (options.steps > 0)
        recipe.train.steps = options.steps;
    options.run.data = training_data(options.run.data);
    if (options.run.out.empty())
        options.run.out = "runs/" + recipe.name;
    existing_weights(options.run.weights);
    options.run.device = device_of(options.device);
    use_threads(options.threads);
    options.run.processes = train::join_processes(options.run.device);
    const InterruptGuard guard;
    std::unique_ptr<TrainProgress> progress;
    const bool first = options.run.processes.rank == 0;
    const auto done = train::run_training(recipe, options.run, interrupted, [&](const train::RunStatus& status) {
        if (!first)
            return;
        if (!progress)
            progress = std::make_unique<TrainProgress>(status.report.step - 1, status.steps);
        progress->show(status);
    });
    progress.reset();
    if (!first)
        return;
    const auto weights = (std::filesystem::path(options.run.out) / "weights.safetensors").string();
    if (done < recipe.train.steps)
        std::cout << "stopped after step " << done << " of " << recipe.train.steps
                  << "; the same command goes on from there\n";
    else
        std::cout << done << " steps done\n";
    std::cout << "weights: " << weights << "\nnext:    ausm eval davis --weights " << weights << '\n';
}

}  // namespace

void add_train(CLI::App& app) {
    auto options = std::make_shared<TrainOptions>();
    auto& command = *app.add_subcommand("train", "Train one stage from a recipe; the same command again goes on");
    command.footer(
        "The folder of a run has recipe.json, log.jsonl (a line a step), checkpoint.safetensors and\n"
        "weights.safetensors (the moving average). Ctrl-C finishes the step and writes a checkpoint.\n"
        "Several processes: torchrun --nproc-per-node N --no-python ausm train ..., or RANK, WORLD_SIZE,\n"
        "MASTER_ADDR and MASTER_PORT set by hand; recipe.train.batch is that of each process.");
    command.add_option("recipe", options->recipe, "Recipe file (model/train/recipes)")->required();
    command.add_option("--data", options->run.data, "Root folder of the recipe's sources; else $AUSM_TRAIN_DATA");
    command.add_option("--out", options->run.out, "Folder of the run; else runs/NAME of the recipe");
    options->run.weights = default_weights();
    command.add_option("--weights", options->run.weights, "Weights that a new run begins with")->capture_default_str();
    command.add_flag("--from-backbone", options->run.from_backbone,
                     "Keep of --weights the backbone alone; all else begins anew");
    command.add_option("--steps", options->steps, "Instead of the recipe's number of steps")
        ->check(CLI::Range(1, 100000000));
    command.add_option("--device", options->device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    command.add_option("--threads", options->threads, "CPU threads of the network; 0: all cores")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command.add_option("--workers", options->run.workers, "Threads that make clips")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    command.callback([options] { train_stage(*options); });
}

}  // namespace ausm::tools
