// SPDX-License-Identifier: MIT
// One safetensors file: weight/NAME, average/NAME, exp_avg/NAME, exp_avg_sq/NAME, and step/NAME (AdamW counts a tensor).
#include "train/checkpoint.h"

#include "nn/tensor_file.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/optim/adamw.h>

#include <set>

namespace ausm::train {
namespace {

constexpr const char* kFormat = "ausm-checkpoint";
constexpr const char* kVersion = "1";

torch::optim::AdamWParamState* state_of(torch::optim::AdamW& optimizer, const at::Tensor& weight) {
    auto& all = optimizer.state();
    const auto found = all.find(weight.unsafeGetTensorImpl());
    return found == all.end() ? nullptr : static_cast<torch::optim::AdamWParamState*>(found->second.get());
}

/// Takes tensors out of a file by name, and knows which are left.
class TensorReader {
public:
    explicit TensorReader(const io::Safetensors& file) : file_(file) {}
    [[nodiscard]] bool has(const std::string& name) const { return file_.tensors().contains(name); }
    at::Tensor take(const std::string& name, at::IntArrayRef shape) {
        const auto found = file_.tensors().find(name);
        if (found == file_.tensors().end())
            throw std::runtime_error(file_.name() + ": no tensor " + name);
        if (at::IntArrayRef(found->second.shape) != shape)
            throw std::runtime_error(file_.name() + ": tensor " + name + " has another shape than the network's");
        taken_.insert(name);
        return to_tensor(found->second);
    }
    void finish() const {
        for (const auto& [name, view] : file_.tensors())
            if (!taken_.contains(name))
                throw std::runtime_error(file_.name() + ": tensor " + name + " is not known");
    }

private:
    const io::Safetensors& file_;
    std::set<std::string> taken_;
};

}  // namespace

void write_checkpoint(const std::string& path, Trainer& trainer, const Recipe& recipe,
                      const std::map<std::string, std::string>& metadata) {
    TensorFile file;
    for (const auto& [name, weight] : trainer.net().weights()) {
        file.add("weight/" + name, weight);
        file.add("average/" + name, trainer.average().tensors().at(name));
    }
    for (const auto& [name, weight] : trainer.groups().trained())
        if (const auto* state = state_of(trainer.groups().optimizer(), weight); state != nullptr) {
            file.add("step/" + name, at::tensor({state->step()}, at::kLong));
            file.add("exp_avg/" + name, state->exp_avg());
            file.add("exp_avg_sq/" + name, state->exp_avg_sq());
        }
    auto all = metadata;
    all["checkpoint_format"] = kFormat;
    all["checkpoint_version"] = kVersion;
    all["steps_done"] = std::to_string(trainer.steps_done());
    all["recipe_name"] = recipe.name;
    all["recipe_text"] = recipe.text;
    file.write(path, all);
}

void read_checkpoint(const std::string& path, Trainer& trainer, const Recipe& recipe) {
    const auto file = io::Safetensors::read(path);
    if (file.metadata("checkpoint_format") != kFormat || file.metadata("checkpoint_version") != kVersion)
        throw std::runtime_error(path + ": no checkpoint of this version");
    if (file.metadata("recipe_text") != recipe.text)
        throw std::runtime_error(path + ": was made with another recipe (" + file.metadata("recipe_name") +
                                 ", or the file has been changed since); continue with that one, or begin a new run in "
                                 "another folder");
    const c10::NoGradGuard no_grad;
    TensorReader reader(file);
    for (const auto& [name, weight] : trainer.net().weights()) {
        auto target = weight;
        target.copy_(reader.take("weight/" + name, weight.sizes()));
        auto average = trainer.average().tensors().at(name);
        average.copy_(reader.take("average/" + name, weight.sizes()));
    }
    auto& optimizer = trainer.groups().optimizer();
    for (const auto& [name, weight] : trainer.groups().trained()) {
        if (!reader.has("step/" + name))
            continue;  // had no gradient yet
        auto state = std::make_unique<torch::optim::AdamWParamState>();
        state->step(reader.take("step/" + name, {1}).item<std::int64_t>());
        state->exp_avg(reader.take("exp_avg/" + name, weight.sizes()).to(weight.device()));
        state->exp_avg_sq(reader.take("exp_avg_sq/" + name, weight.sizes()).to(weight.device()));
        optimizer.state()[weight.unsafeGetTensorImpl()] = std::move(state);
    }
    reader.finish();
    trainer.set_steps_done(std::stoll(file.metadata("steps_done")));
}

void write_average(const std::string& path, const Trainer& trainer, std::map<std::string, std::string> metadata,
                   at::ScalarType dtype) {
    TensorFile file;
    for (const auto& [name, average] : trainer.average().tensors())
        file.add(name, average.to(dtype));
    file.write(path, metadata);
}

}  // namespace ausm::train
