// SPDX-License-Identifier: MIT
// The parallel pass is AusmNet::scan; the iterative one walks through the same phases.
#include "train/teacher_forcing.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace ausm::train {
namespace {

constexpr double kKeepDropped = 0.7;  // share of dropped marks that stay dropped

}  // namespace

at::Tensor normalised_images(const AusmNet& net, const ClipBatch& batch) {
    return (batch.images.flatten(0, 1).to(net.dtype()) - AusmNet::kMean) * AusmNet::kScale;
}

at::Tensor teacher_marks(const AusmNet& net, const ClipBatch& batch) { return batch.marks.to(net.dtype()) / 255; }

AusmNet::ClipAnchor clip_anchor(const AusmNet& net, const ClipBatch& batch) {
    if (net.config().history.anchors == 0)
        return {};
    const auto masks = batch.anchor_marks.unsqueeze(1).to(net.dtype()) / 255;
    return {batch.anchor_frames, {batch.slots, masks, batch.anchor_kinds.unsqueeze(1)}};
}

History first_history(const AusmNet& net, const ClipBatch& batch, Grid grid, const at::Tensor& features,
                      const LayerStates& state) {
    auto history = net.initial_history(batch.batch(), grid);
    history.features = at::where(batch.rereads.view({-1, 1, 1}), features, history.features);
    if (!state.empty())
        history.layers = state;
    return history;
}

Outputs parallel_forward(const AusmNet& net, const Encoded& frames, const ClipBatch& batch, const at::Tensor& marks,
                         const LayerStates& state) {
    const auto first = frames.features.unflatten(0, {batch.batch(), batch.time()}).select(1, 0);
    return parallel_forward(net, frames, batch, marks, first_history(net, batch, frames.grid, first, state));
}

Outputs parallel_forward(const AusmNet& net, const Encoded& frames, const ClipBatch& batch, const at::Tensor& marks,
                         History history) {
    LayerAnswers layers;
    auto last =
        net.scan(frames, {batch.slots, marks, batch.kinds}, batch.tracked, history, &layers, clip_anchor(net, batch));
    return {std::move(last), std::move(layers.answers)};
}

Outputs iterative_forward(const AusmNet& net, const ClipBatch& batch, const at::Tensor& marks,
                          const LayerStates& state) {
    const auto images = normalised_images(net, batch).unflatten(0, {batch.batch(), batch.time()});
    const auto anchor = clip_anchor(net, batch);
    std::vector<Outputs> frames;
    History history;
    Positions positions;
    for (std::int64_t t = 0; t < batch.time(); ++t) {
        const auto frame = net.encode(images.select(1, t));
        if (t == 0) {
            history = first_history(net, batch, frame.grid, frame.features, state);
            positions = net.positions(frame.grid);
        }
        const auto compressed =
            net.compress({batch.slots, marks.narrow(1, t, 1), batch.kinds.narrow(1, t, 1)}, positions, history);
        LayerAnswers layers;
        auto last =
            net.decode(frame, compressed, history.anchors, positions, batch.slots, batch.tracked.select(1, t), &layers);
        frames.push_back({std::move(last), std::move(layers.answers)});
        history.features = frame.features;
        if (anchor.frames.defined() && anchor.frames.eq(t).any().item<bool>())
            history.anchors =
                history.anchors.with(0, net.anchor(frame.features, anchor.marks, positions), anchor.frames.eq(t));
    }
    const auto together = [&](const auto& pick) {
        std::vector<at::Tensor> all;
        for (const auto& frame : frames)
            all.push_back(pick(frame));
        return at::stack(all, 1).flatten(0, 1);
    };
    Outputs outputs{{together([](const Outputs& o) { return o.last.presence; }),
                     together([](const Outputs& o) { return o.last.masks; })},
                    {}};
    for (std::size_t i = 0; i < frames.front().intermediate.size(); ++i)
        outputs.intermediate.push_back({together([i](const Outputs& o) { return o.intermediate[i].presence; }),
                                        together([i](const Outputs& o) { return o.intermediate[i].masks; })});
    return outputs;
}

LayerStates burn_in(const AusmNet& net, const Encoded& frames, const ClipBatch& batch, const at::Tensor& marks,
                    std::int64_t passes) {
    const c10::NoGradGuard no_grad;
    const auto time = batch.time();
    if (time < 2)
        return {};
    // Marks of frame t belong to the features of frame t - 1.
    const auto features = frames.features.unflatten(0, {batch.batch(), time}).narrow(1, 0, time - 1);
    const auto shown = marks.narrow(1, 1, time - 1) * batch.start.eq(0).view({batch.batch(), 1, -1, 1, 1});
    const auto kinds = batch.kinds.narrow(1, 1, time - 1);
    auto history = net.initial_history(batch.batch(), frames.grid);
    const auto positions = net.positions(frames.grid);
    for (auto left = passes; left > 0; --left) {
        if (left % 2 == 1)
            net.compress(features.flip(1), {batch.slots, shown.flip(1), kinds.flip(1)}, positions, history);
        else
            net.compress(features, {batch.slots, shown, kinds}, positions, history);
    }
    return std::move(history.layers);
}

at::Tensor own_marks(const AusmNet& net, const Encoded& frames, const ClipBatch& batch, const at::Tensor& marks,
                     double probability, const std::pair<at::Tensor, at::Tensor>& random, const LayerStates& state) {
    const c10::NoGradGuard no_grad;
    const auto time = batch.time(), objects = batch.objects();
    if (time < 2)
        return marks;
    auto history =
        first_history(net, batch, frames.grid, frames.features.unflatten(0, {batch.batch(), time}).select(1, 0), state);
    const auto masks =
        net.scan(frames, {batch.slots, marks, batch.kinds}, batch.tracked, history, nullptr, clip_anchor(net, batch))
            .masks;
    const auto predicted =
        masks.narrow(1, 0, objects).sigmoid().to(marks.scalar_type()).unflatten(0, {batch.batch(), time});
    const auto before = at::cat({marks.narrow(1, 0, 1), predicted.narrow(1, 0, time - 1)}, 1);
    // Frame t may wear what was said of frame t - 1 if the object had its query there.
    const auto was_tracked =
        at::cat({at::zeros_like(batch.tracked.narrow(1, 0, 1)), batch.tracked.narrow(1, 0, time - 1)}, 1);
    const auto dropped = batch.marks.flatten(3).amax(-1).eq(0);
    const auto use = batch.tracked.logical_and(was_tracked)
                         .logical_and(random.first < probability)
                         .logical_and(dropped.logical_not().logical_or(random.second > kKeepDropped));
    return at::where(use.unsqueeze(-1).unsqueeze(-1), before, marks);
}

}  // namespace ausm::train
