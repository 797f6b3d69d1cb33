// SPDX-License-Identifier: MIT
// What is random here depends on the seed and the number of the step alone, so that a resumed run draws the same.
#include "train/trainer.h"

#include "train/autocast.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <array>
#include <chrono>
#include <cmath>

namespace ausm::train {
namespace {

/// Adds the seconds since the last call to `to`.
class Clock {
public:
    void add(double& to) {
        const auto now = std::chrono::steady_clock::now();
        to += std::chrono::duration<double>(now - last_).count();
        last_ = now;
    }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace

Trainer::Trainer(const TrainRecipe& recipe, std::uint64_t seed, const io::Safetensors& weights, at::Device device,
                 Processes processes)
    : recipe_(recipe), seed_(seed),
      net_(weights, at::kFloat, device, trainable_weights(recipe.optimizer.frozen_blocks)),
      groups_(net_.weights(), recipe.optimizer), average_(net_.weights(), recipe.optimizer.average),
      processes_(std::move(processes)), bfloat16_(wants_bfloat16(recipe.precision, device)) {}

Outputs Trainer::forward(const ClipBatch& batch, const Draw& draw, StepReport& report) const {
    Clock clock;
    const auto frames = net_.encode(normalised_images(net_, batch));
    clock.add(report.encode_s);
    auto marks = teacher_marks(net_, batch);
    LayerStates state;
    if (recipe_.burn_in > 0) {
        const auto chance = draw({2});
        if (chance[0].item<double>() < recipe_.burn_in)
            state = burn_in(
                net_, frames, batch, marks,
                1 + static_cast<std::int64_t>(chance[1].item<double>() * static_cast<double>(recipe_.burn_in_passes)));
    }
    clock.add(report.burn_in_s);
    if (draw({1}).item<double>() < recipe_.own_marks_clips && recipe_.own_marks > 0)
        marks = own_marks(
            net_, frames, batch, marks, recipe_.own_marks,
            {draw({batch.batch(), 1, batch.objects()}), draw({batch.batch(), batch.time(), batch.objects()})}, state);
    clock.add(report.own_marks_s);
    auto outputs = parallel_forward(net_, frames, batch, marks, state);
    clock.add(report.forward_s);
    return outputs;
}

Rollout Trainer::forward_late(const ClipBatch& batch, const Draw& draw, StepReport& report) const {
    Clock clock;
    const auto& [probability, window, share] = recipe_.rollout;
    const auto begins =
        1 + static_cast<std::int64_t>(draw({1}).item<double>() * static_cast<double>(batch.time() - window));
    const auto seen = batch.frames(0, begins + window);
    const auto own = draw({batch.batch(), batch.objects()}) < share;
    auto rollout = roll_out(net_, seen, teacher_marks(net_, seen), window, own);
    clock.add(report.rollout_s);
    return rollout;
}

Loss Trainer::pass(const ClipBatch& batch, std::int64_t number, StepReport& report) {
    auto generator =
        at::make_generator<at::CPUGeneratorImpl>(seed_ * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(number));
    const Draw draw = [&](at::IntArrayRef sizes) {
        return at::rand(sizes, generator, at::TensorOptions(at::kFloat)).to(net_.device());
    };
    const auto& late = recipe_.rollout;
    Rollout rollout{{}, late.probability > 0 ? batch.frames(0, late.window) : batch};
    {
        const Autocast autocast(bfloat16_, net_.device().type());
        if (late.probability > 0 && draw({1}).item<double>() < late.probability)
            rollout = forward_late(batch, draw, report);
        else
            rollout.outputs = forward(rollout.window, draw, report);
    }
    Clock clock;
    auto result = loss(rollout.outputs, rollout.window, recipe_.loss, processes_.sum);
    if (!std::isfinite(result.total.item<double>()))
        throw NotFinite("the loss of step " + std::to_string(report.step) + " is not finite");
    clock.add(report.loss_s);
    (result.total / static_cast<double>(recipe_.accumulate)).backward();
    clock.add(report.backward_s);
    return result;
}

void Trainer::sum_gradients() {
    std::vector<at::Tensor> parts;
    for (const auto& [name, weight] : groups_.trained()) {
        // What had no part in this process's clips may have had one in another's.
        if (!weight.grad().defined())
            weight.mutable_grad() = at::zeros_like(weight, weight.options().requires_grad(false));
        parts.push_back(weight.grad().flatten());
    }
    auto all = at::cat(parts);
    processes_.sum(all);
    std::int64_t begin = 0;
    for (const auto& [name, weight] : groups_.trained()) {
        weight.mutable_grad().copy_(all.narrow(0, begin, weight.numel()).view(weight.sizes()));
        begin += weight.numel();
    }
}

void Trainer::sum_report(StepReport& report) const {
    auto& parts = report.parts;
    const std::array shares{&report.loss, &parts.bce, &parts.dice, &parts.presence_tracked, &parts.presence_detected};
    auto sums = at::empty({static_cast<std::int64_t>(shares.size())}, at::kDouble);
    for (std::size_t i = 0; i < shares.size(); ++i)
        sums[static_cast<std::int64_t>(i)] = *shares[i];
    processes_.sum(sums);
    for (std::size_t i = 0; i < shares.size(); ++i)
        *shares[i] = sums[static_cast<std::int64_t>(i)].item<double>();
}

StepReport Trainer::step(const std::vector<ClipBatch>& batches) {
    TORCH_CHECK(static_cast<std::int64_t>(batches.size()) == recipe_.accumulate, "step: ", batches.size(),
                " batches, the recipe accumulates ", recipe_.accumulate);
    StepReport report;
    report.step = done_ + 1;
    groups_.schedule(done_, recipe_.steps);
    groups_.zero_gradients();
    for (std::size_t i = 0; i < batches.size(); ++i) {
        // Every pass of every process draws from a stream of its own.
        const auto number =
            (done_ * recipe_.accumulate + static_cast<std::int64_t>(i)) * processes_.count + processes_.rank;
        report.parts = pass(batches[i], number, report);
        report.loss += report.parts.total.item<double>() / static_cast<double>(recipe_.accumulate);
    }
    report.parts.total = at::Tensor();
    Clock clock;
    if (processes_.sum) {
        sum_gradients();
        sum_report(report);
    }
    report.gradient_norm = groups_.clip_gradients();
    report.learning_rate = groups_.learning_rate();
    if (!std::isfinite(report.gradient_norm))
        throw NotFinite("the gradient of step " + std::to_string(report.step) + " is not finite");
    groups_.step();
    average_.update(net_.weights(), done_);
    clock.add(report.optimizer_s);
    ++done_;
    return report;
}

}  // namespace ausm::train
