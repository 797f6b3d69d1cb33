// SPDX-License-Identifier: MIT
// Every line is flushed: a run that is killed has told all it did.
#include "train/run_log.h"

#include "io/atomic_file.h"
#include "nn/tensor_file.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <sstream>

namespace ausm::train {
namespace {

using nlohmann::json;

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

/// Without steps after the last one that counts.
void shorten(const std::string& path, std::int64_t steps) {
    std::ifstream file(path);
    std::ostringstream kept;
    for (std::string line; std::getline(file, line);) {
        const auto entry = json::parse(line, nullptr, /*allow_exceptions=*/false);
        if (entry.is_object() && (!entry.contains("step") || entry["step"].get<std::int64_t>() <= steps))
            kept << line << '\n';
    }
    const auto text = kept.str();
    io::write_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace

RunLog::RunLog(const std::string& path, const Recipe& recipe, const Trainer& trainer, const RunOptions& options,
               bool resumed)
    : path_(path) {
    if (resumed && std::filesystem::exists(path))
        shorten(path, trainer.steps_done());
    file_.open(path, resumed ? std::ios::app : std::ios::trunc);
    const json line{{"started", trainer.steps_done()},
                    {"recipe", recipe.name},
                    {"steps", recipe.train.steps},
                    {"batch", recipe.train.batch * recipe.train.accumulate * options.processes.count},
                    {"frames", recipe.clips.frames},
                    {"size", {recipe.clips.height, recipe.clips.width}},
                    {"weights", options.weights},
                    {"device", options.device.str()},
                    {"bfloat16", trainer.bfloat16()},
                    {"threads", at::get_num_threads()},
                    {"workers", options.workers},
                    {"processes", options.processes.count}};
    if (!(file_ << line << std::endl))
        throw std::runtime_error(path + ": cannot be written");
}

void RunLog::write(const RunStatus& status) {
    const auto& r = status.report;
    const json line{{"step", r.step},
                    {"loss", number(r.loss)},
                    {"bce", number(r.parts.bce)},
                    {"dice", number(r.parts.dice)},
                    {"presence_tracked", number(r.parts.presence_tracked)},
                    {"presence_detected", number(r.parts.presence_detected)},
                    {"iou_tracked", number(r.parts.iou_tracked)},
                    {"iou_detected", number(r.parts.iou_detected)},
                    {"gradient_norm", number(r.gradient_norm)},
                    {"learning_rate", r.learning_rate},
                    {"seconds",
                     {{"encode", r.encode_s},
                      {"burn_in", r.burn_in_s},
                      {"own_marks", r.own_marks_s},
                      {"forward", r.forward_s},
                      {"rollout", r.rollout_s},
                      {"loss", r.loss_s},
                      {"backward", r.backward_s},
                      {"optimizer", r.optimizer_s},
                      {"all", status.step_s}}},
                    {"waited", status.waited}};
    if (!(file_ << line << std::endl))
        throw std::runtime_error(path_ + ": cannot be written");
}

void write_clips(const std::string& path, const std::vector<ClipBatch>& batches) {
    TensorFile file;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        const auto& b = batches[i];
        const auto prefix = std::to_string(i) + "/";
        file.add(prefix + "images", b.images);
        file.add(prefix + "masks", b.masks);
        file.add(prefix + "visible", b.visible);
        file.add(prefix + "marks", b.marks);
        file.add(prefix + "kinds", b.kinds);
        file.add(prefix + "tracked", b.tracked);
        file.add(prefix + "start", b.start);
        file.add(prefix + "slots", b.slots);
        file.add(prefix + "valid", b.valid);
        file.add(prefix + "complete", b.complete);
        file.add(prefix + "rereads", b.rereads);
        file.add(prefix + "anchor_frames", b.anchor_frames);
        file.add(prefix + "anchor_marks", b.anchor_marks);
        file.add(prefix + "anchor_kinds", b.anchor_kinds);
    }
    file.write(path, {{"format", "ausm-clips"}});
}

}  // namespace ausm::train
