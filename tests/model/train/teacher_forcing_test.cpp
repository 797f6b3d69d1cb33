// SPDX-License-Identifier: MIT
// Training on all frames at once equals stepping through them: predictions, loss and gradients.
#include "train/teacher_forcing.h"
#include "train/losses.h"
#include "train/weight_groups.h"

#include <c10/core/GradMode.h>

#include "reference.h"
#include "training_clips.h"
#include "weights_with.h"

namespace ausm::train {
namespace {

using test::squares_clip;

/// One prompted clip, one that reads its first frame again, and one without prompts. Their anchors: frame 0, none, frame 1.
ClipBatch three_clips() {
    auto second = squares_clip({.seed = 2});
    second.rereads = true;
    second.complete = false;
    second.kinds[0][0] = 2;
    return stack({squares_clip({.seed = 1, .anchor = 0}), second,
                  squares_clip({.objects = 3, .prompted = false, .seed = 3, .anchor = 1})});
}

AusmNet trainable_net(at::ScalarType dtype, std::int64_t frozen_blocks) {
    return {test::weights(), dtype, at::kCPU, trainable_weights(frozen_blocks)};
}

AusmNet net_with_anchors(int places, std::int64_t frozen_blocks = 0) {
    return {test::weights_with_anchors(places, 0.05), at::kDouble, at::kCPU, trainable_weights(frozen_blocks)};
}

std::map<std::string, at::Tensor> gradients(const AusmNet& net, const ClipBatch& batch, bool parallel, double& value) {
    for (const auto& [name, weight] : net.weights())
        weight.mutable_grad() = at::Tensor();
    const auto marks = teacher_marks(net, batch);
    const auto outputs = parallel ? parallel_forward(net, net.encode(normalised_images(net, batch)), batch, marks)
                                  : iterative_forward(net, batch, marks);
    const auto result = loss(outputs, batch, {});
    value = result.total.item<double>();
    result.total.backward();
    std::map<std::string, at::Tensor> all;
    for (const auto& [name, weight] : net.weights())
        if (weight.grad().defined())
            all[name] = weight.grad().clone();
    return all;
}

void expect_parallel_equals_iterative(const AusmNet& net, const ClipBatch& batch) {
    double parallel_loss = 0, iterative_loss = 0;
    const auto parallel = gradients(net, batch, true, parallel_loss);
    const auto iterative = gradients(net, batch, false, iterative_loss);
    EXPECT_NEAR(parallel_loss, iterative_loss, 1e-6 * parallel_loss);
    ASSERT_EQ(parallel.size(), iterative.size());
    EXPECT_EQ(parallel.size(), net.weights().size()) << "every weight has a gradient";
    for (const auto& [name, gradient] : parallel) {
        const auto& other = iterative.at(name);
        // Masks are compared in float32 inside the loss: that is the bound.
        EXPECT_LE((gradient - other).norm().item<double>(), 1e-6 * other.norm().item<double>() + 1e-12) << name;
    }
}

TEST(TeacherForcing, ParallelEqualsIterativeInDouble) {
    expect_parallel_equals_iterative(trainable_net(at::kDouble, 0), three_clips());
}

TEST(TeacherForcing, ParallelEqualsIterativeWithAnchors) {
    expect_parallel_equals_iterative(net_with_anchors(1), three_clips());
    expect_parallel_equals_iterative(net_with_anchors(2), three_clips());
}

/// [B, T, Q, h4, w4]
at::Tensor masks_of(const AusmNet& net, const ClipBatch& batch) {
    const c10::NoGradGuard no_grad;
    const auto outputs =
        parallel_forward(net, net.encode(normalised_images(net, batch)), batch, teacher_marks(net, batch));
    return outputs.last.masks.unflatten(0, {batch.batch(), batch.time()});
}

TEST(TeacherForcing, FramesUpToTheAnchorDoNotSeeIt) {
    const auto net = net_with_anchors(1, 16);
    const auto batch = three_clips();
    auto other = batch;
    other.anchor_marks = 255 - batch.anchor_marks;
    const auto with = masks_of(net, batch), changed = masks_of(net, other);
    for (std::int64_t b = 0; b < 3; ++b)
        for (std::int64_t t = 0; t < 4; ++t)
            EXPECT_EQ(at::equal(with[b][t], changed[b][t]), t <= batch.anchor_frames[b].item<std::int64_t>())
                << "clip " << b << " frame " << t;
}

TEST(TeacherForcing, WithoutPlacesForAnchorsTheClipsHaveNone) {
    const auto net = net_with_anchors(0, 16);
    const auto batch = three_clips();
    auto without = batch;
    without.anchor_frames = at::full_like(batch.anchor_frames, Clip::kNoAnchor);
    EXPECT_FALSE(clip_anchor(net, batch).frames.defined());
    EXPECT_TRUE(at::equal(masks_of(net, batch), masks_of(net, without)));
}

TEST(TeacherForcing, OwnMarksAreSaidWithTheAnchorInSight) {
    const auto net = net_with_anchors(1, 16);
    const auto batch = three_clips();
    const auto frames = net.encode(normalised_images(net, batch));
    const auto own =
        own_marks(net, frames, batch, teacher_marks(net, batch), 1, {at::zeros({3, 1, 3}), at::zeros({3, 4, 3})});
    EXPECT_CLOSE(own[0][2][0], masks_of(net, batch)[0][1][0].sigmoid(), 1e-9);
}

TEST(TeacherForcing, FrozenWeightsHaveNoGradientAndTheSameLoss) {
    const auto all = trainable_net(at::kFloat, 0), some = trainable_net(at::kFloat, 16);
    const auto batch = three_clips();
    double all_loss = 0, some_loss = 0;
    const auto all_gradients = gradients(all, batch, true, all_loss);
    const auto some_gradients = gradients(some, batch, true, some_loss);
    EXPECT_NEAR(all_loss, some_loss, 1e-4 * all_loss);
    EXPECT_FALSE(some_gradients.contains("backbone.stem.weight"));
    EXPECT_FALSE(some_gradients.contains("backbone.blocks.15.project.weight"));
    for (const auto& [name, gradient] : some_gradients) {
        const auto& other = all_gradients.at(name);
        EXPECT_LE((gradient - other).norm().item<double>(), 2e-2 * other.norm().item<double>() + 1e-6) << name;
    }
}

TEST(TeacherForcing, OwnMarksAreWhatTheFrameBeforeHasPredicted) {
    const auto net = trainable_net(at::kFloat, 16);
    auto batch = three_clips();
    batch.marks.select(1, 3).select(1, 0).zero_();  // dropped on the last frame
    const auto marks = teacher_marks(net, batch);
    const auto frames = net.encode(normalised_images(net, batch));
    const auto shape = at::IntArrayRef{3, 4, 3};
    const auto always = own_marks(net, frames, batch, marks, 1, {at::zeros({3, 1, 3}), at::zeros(shape)});
    const auto predicted =
        parallel_forward(net, frames, batch, marks).last.masks.narrow(1, 0, 3).sigmoid().unflatten(0, {3, 4}).detach();
    EXPECT_FALSE(always.requires_grad());
    EXPECT_CLOSE(always[0][2][0], predicted[0][1][0], 1e-5);                   // tracked before: its own
    EXPECT_TRUE(at::equal(always[0][0], marks[0][0]));                         // nothing before the first frame
    EXPECT_TRUE(at::equal(always[2][1][0], marks[2][1][0]));                   // found on frame 0: the teacher's
    EXPECT_TRUE(at::equal(always[0][3][0], at::zeros_like(always[0][3][0])));  // dropped, and stays so
    EXPECT_TRUE(at::equal(own_marks(net, frames, batch, marks, 0, {at::zeros({3, 1, 3}), at::zeros(shape)}), marks));
    const auto revived = own_marks(net, frames, batch, marks, 1, {at::zeros({3, 1, 3}), at::ones(shape)});
    EXPECT_CLOSE(revived[0][3][0], predicted[0][2][0], 1e-5);
}

TEST(TeacherForcing, BurnInIsWhatSteppingForthAndBackLeaves) {
    const auto net = trainable_net(at::kDouble, 16);
    const auto batch = three_clips();
    const auto marks = teacher_marks(net, batch);
    const auto frames = net.encode(normalised_images(net, batch));
    const auto features = frames.features.unflatten(0, {3, 4});
    const auto state = burn_in(net, frames, batch, marks, 2);
    auto history = net.initial_history(3, frames.grid);
    const c10::NoGradGuard no_grad;
    const auto positions = net.positions(frames.grid);
    for (const auto t : {1, 2, 3, 3, 2, 1}) {
        history.features = features.select(1, t - 1);
        auto shown = marks.narrow(1, t, 1).clone();
        shown.select(2, 1).zero_();  // the second object of every clip, and all of the third clip, are found at t_i = 1
        shown[2].zero_();
        net.compress({batch.slots, shown, batch.kinds.narrow(1, t, 1)}, positions, history);
    }
    ASSERT_EQ(state.size(), history.layers.size());
    for (std::size_t i = 0; i < state.size(); ++i) {
        EXPECT_FALSE(state[i].scan.requires_grad());
        EXPECT_CLOSE(state[i].scan, history.layers[i].scan, 1e-9);
        EXPECT_CLOSE(state[i].conv_tail, history.layers[i].conv_tail, 1e-9);
    }
    const auto with = parallel_forward(net, frames, batch, marks, state).last.masks;
    EXPECT_CLOSE(with, iterative_forward(net, batch, marks, state).last.masks, 1e-5);
    EXPECT_GT((with - parallel_forward(net, frames, batch, marks).last.masks).abs().max().item<double>(), 0.1);
    auto one = stack({squares_clip({.frames = 1})});
    EXPECT_TRUE(burn_in(net, net.encode(normalised_images(net, one)), one, teacher_marks(net, one), 3).empty());
}

}  // namespace
}  // namespace ausm::train
