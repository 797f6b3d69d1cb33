// SPDX-License-Identifier: MIT
// The loop around Trainer::step.
#include "train/run.h"

#include "io/atomic_file.h"
#include "train/checkpoint.h"
#include "train/initial_weights.h"
#include "train/run_log.h"
#include "train/synthesis/loader.h"
#include "train/synthesis/pool_sources.h"

#include <ATen/ATen.h>

#include <chrono>
#include <filesystem>

namespace ausm::train {
namespace {

namespace fs = std::filesystem;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// The weights that a new run begins with, checked against the recipe.
io::Safetensors first_weights(const Recipe& recipe, const RunOptions& options) {
    auto weights = io::Safetensors::read(options.weights);
    const auto config = config_of(weights);
    if (config.name != recipe.model)
        throw std::runtime_error(options.weights + ": is " + config.name + ", the recipe " + recipe.name + " trains " +
                                 recipe.model);
    if (recipe.clips.id_vectors != config.history.id_vectors)
        throw std::runtime_error(recipe.name + ": clips.id_vectors is " + std::to_string(recipe.clips.id_vectors) +
                                 ", " + config.name + " has " + std::to_string(config.history.id_vectors));
    return weights;
}

/// The first frames of clips that the run will not see.
at::Tensor sample_images(const ClipMaker& maker) {
    constexpr std::uint64_t kFirst = 1'000'000'000;
    constexpr std::uint64_t kCount = 64;
    std::vector<at::Tensor> images;
    for (std::uint64_t i = 0; i < kCount; ++i)
        images.push_back(maker.make(kFirst + i).images[0]);
    return at::stack(images);
}

/// What is written while a run goes on.
class RunFolder {
public:
    RunFolder(const Recipe& recipe, const RunOptions& options, std::map<std::string, std::string> metadata)
        : recipe_(recipe), folder_(options.out), writes_(options.processes.rank == 0), metadata_(std::move(metadata)) {
        if (writes_) {
            fs::create_directories(folder_);
            io::write_atomically(path("recipe.json"), std::as_bytes(std::span(recipe.text)));
        }
        metadata_["recipe"] = recipe.name;
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
    [[nodiscard]] bool writes() const { return writes_; }

    void save(Trainer& trainer) const {
        if (!writes_)
            return;
        write_checkpoint(path("checkpoint.safetensors"), trainer, recipe_, metadata_);
        auto metadata = metadata_;
        metadata["recipe_steps"] = std::to_string(trainer.steps_done());
        write_average(path("weights.safetensors"), trainer, std::move(metadata), at::kFloat);
    }

private:
    const Recipe& recipe_;
    fs::path folder_;
    bool writes_;
    std::map<std::string, std::string> metadata_;
};

}  // namespace

std::int64_t run_training(const Recipe& recipe, const RunOptions& options, const std::atomic<bool>& stop,
                          const std::function<void(const RunStatus&)>& on_step) {
    const auto checkpoint = (fs::path(options.out) / "checkpoint.safetensors").string();
    const bool resumed = fs::exists(checkpoint);
    auto weights = first_weights(recipe, options);
    const auto maker =
        std::make_shared<const ClipMaker>(recipe.clips, open_pool(recipe.sources, options.data, recipe.clips));
    if (options.from_backbone && !resumed)
        weights = initial_weights(weights, sample_images(*maker), recipe.clips.seed);
    Trainer trainer(recipe.train, recipe.clips.seed, weights, options.device, options.processes);
    const RunFolder folder(recipe, options, weights.metadata());
    if (resumed)
        read_checkpoint(checkpoint, trainer, recipe);
    Loader loader(maker, {.batch = recipe.train.batch, .workers = options.workers});
    std::unique_ptr<RunLog> log;
    if (folder.writes())
        log = std::make_unique<RunLog>(folder.path("log.jsonl"), recipe, trainer, options, resumed);

    const auto& processes = options.processes;
    const auto begin = seconds();
    std::vector<ClipBatch> batches;
    while (trainer.steps_done() < recipe.train.steps && !stop) {
        const auto step_begin = seconds();
        batches.clear();
        for (std::int64_t i = 0; i < recipe.train.accumulate; ++i) {
            const auto pass = trainer.steps_done() * recipe.train.accumulate + i;
            const auto number = static_cast<std::uint64_t>(pass * processes.count + processes.rank);
            if (loader.position() != number)
                loader.seek(number);
            batches.push_back(loader.next().to(options.device));
        }
        RunStatus status;
        try {
            status.report = trainer.step(batches);
        } catch (const NotFinite& error) {
            const auto path = folder.path("clips-" + std::to_string(trainer.steps_done() + 1) + "-" +
                                          std::to_string(processes.rank) + ".safetensors");
            write_clips(path, batches);
            throw NotFinite(std::string(error.what()) + "; its clips are in " + path +
                            "; lower train.optimizer.learning_rate, or begin from another checkpoint");
        }
        const auto now = seconds();
        status.steps = recipe.train.steps;
        status.step_s = now - step_begin;
        status.waited = loader.waited() / (now - begin);
        if (log)
            log->write(status);
        if (on_step)
            on_step(status);
        if (trainer.steps_done() % recipe.train.checkpoint_every == 0)
            folder.save(trainer);
    }
    if (trainer.steps_done() % recipe.train.checkpoint_every != 0)
        folder.save(trainer);
    return trainer.steps_done();
}

}  // namespace ausm::train
