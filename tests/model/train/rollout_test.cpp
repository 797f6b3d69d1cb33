// SPDX-License-Identifier: MIT
// A long clip that the network goes through on its own: the state, the anchor and the marks at its last frames.
#include "train/rollout.h"
#include "train/losses.h"
#include "train/weight_groups.h"

#include <c10/core/GradMode.h>

#include "reference.h"
#include "training_clips.h"
#include "weights_with.h"

namespace ausm::train {
namespace {

using test::squares_clip;

AusmNet net_with(int anchors, std::int64_t frozen_blocks) {
    const auto with = test::weights_with_anchors(anchors, 0.05);
    return {anchors > 0 ? with : test::weights(), at::kDouble, at::kCPU, trainable_weights(frozen_blocks)};
}

/// Six frames. Anchors: before the window of three, inside it, none.
ClipBatch three_clips() {
    auto box = squares_clip({.frames = 6, .seed = 3});
    box.kinds[0][0] = static_cast<std::int64_t>(MarkKind::kBox);
    box.rereads = true;
    return stack({squares_clip({.frames = 6, .seed = 1, .anchor = 0}),
                  squares_clip({.frames = 6, .objects = 3, .prompted = false, .seed = 2, .anchor = 4}), box});
}

at::Tensor all(const ClipBatch& batch, bool own) { return at::full({batch.batch(), batch.objects()}, own, at::kBool); }

std::map<std::string, at::Tensor> gradients(const AusmNet& net, const Outputs& outputs, const ClipBatch& batch,
                                            double& value) {
    for (const auto& [name, weight] : net.weights())
        weight.mutable_grad() = at::Tensor();
    const auto result = loss(outputs, batch, {});
    value = result.total.item<double>();
    result.total.backward();
    std::map<std::string, at::Tensor> found;
    for (const auto& [name, weight] : net.weights())
        if (weight.grad().defined())
            found[name] = weight.grad().clone();
    return found;
}

TEST(Rollout, WithTheTeachersMarksIsTheEndOfTheParallelPass) {
    for (const int anchors : {0, 1}) {
        const auto net = net_with(anchors, 16);
        const auto batch = three_clips();
        const auto marks = teacher_marks(net, batch);
        const auto whole = parallel_forward(net, net.encode(normalised_images(net, batch)), batch, marks);
        const auto rolled = roll_out(net, batch, marks, 3, all(batch, false));
        const auto end = [](const at::Tensor& of_whole) {
            return of_whole.unflatten(0, {3, 6}).narrow(1, 3, 3).flatten(0, 1);
        };
        EXPECT_CLOSE(rolled.outputs.last.masks, end(whole.last.masks), 1e-9);
        EXPECT_CLOSE(rolled.outputs.last.presence, end(whole.last.presence), 1e-9);
        ASSERT_EQ(rolled.outputs.intermediate.size(), whole.intermediate.size());
        EXPECT_CLOSE(rolled.outputs.intermediate[0].masks, end(whole.intermediate[0].masks), 1e-9);
        EXPECT_EQ(rolled.window.time(), 3);
        EXPECT_TRUE(at::equal(rolled.window.masks, batch.masks.narrow(1, 3, 3)));
        EXPECT_TRUE(at::equal(rolled.window.tracked, batch.tracked.narrow(1, 3, 3)));
    }
}

TEST(Rollout, AWindowOfTheWholeClipHasTheSameGradients) {
    const auto net = net_with(1, 16);
    const auto batch = three_clips();
    const auto marks = teacher_marks(net, batch);
    double whole_loss = 0, rolled_loss = 0;
    const auto whole = gradients(net, parallel_forward(net, net.encode(normalised_images(net, batch)), batch, marks),
                                 batch, whole_loss);
    const auto rollout = roll_out(net, batch, marks, 6, all(batch, false));
    const auto rolled = gradients(net, rollout.outputs, rollout.window, rolled_loss);
    EXPECT_NEAR(whole_loss, rolled_loss, 1e-9 * whole_loss);
    ASSERT_EQ(whole.size(), rolled.size());
    for (const auto& [name, gradient] : whole)
        EXPECT_LE((gradient - rolled.at(name)).norm().item<double>(), 1e-6 * gradient.norm().item<double>() + 1e-12)
            << name;
}

/// What a stream does: a frame's masks are the next one's marks.
TEST(Rollout, OwnMarksAreThoseOfAStream) {
    const auto net = net_with(1, 16);
    const auto batch = stack({squares_clip({.frames = 6, .seed = 1, .anchor = 0})});
    const auto marks = teacher_marks(net, batch);
    const auto rolled = roll_out(net, batch, marks, 2, all(batch, true));
    const c10::NoGradGuard no_grad;
    const auto images = normalised_images(net, batch);
    const auto anchor = clip_anchor(net, batch);
    auto history = net.initial_history(1, net.grid(64, 96));
    auto shown = marks.narrow(1, 0, 1);
    for (std::int64_t t = 0; t < 6; ++t) {
        if (t == 1)
            shown = marks.narrow(1, 1, 1);  // of the prompt, and of what frame 0 has found
        // The second object has its ID vector from frame 1 on.
        const auto known = t == 0 ? 1 : 2;
        const auto said = net.step(images.narrow(0, t, 1),
                                   {batch.slots.narrow(1, 0, known), shown.narrow(2, 0, known),
                                    batch.kinds.narrow(1, t, 1).narrow(2, 0, known)},
                                   history);
        if (t == 0)
            history.anchors =
                history.anchors.with(0, net.anchor(history.features, anchor.marks, net.positions(history.grid)));
        if (t >= 4) {
            EXPECT_CLOSE(rolled.outputs.last.masks[t - 4].narrow(0, 0, 2), said.masks[0].narrow(0, 0, 2), 1e-9);
        }
        shown = said.masks.narrow(1, 0, known).sigmoid().unsqueeze(1);
    }
    EXPECT_GT((rolled.outputs.last.masks - roll_out(net, batch, marks, 2, all(batch, false)).outputs.last.masks)
                  .abs()
                  .max()
                  .item<double>(),
              1e-3);
}

TEST(Rollout, GradientsAreFiniteAndReachTheAnchor) {
    const auto net = net_with(1, 16);
    auto batch = stack({squares_clip({.frames = 6, .seed = 1, .anchor = 0})});
    const auto kinds_gradient = [&] {
        const auto rollout = roll_out(net, batch, teacher_marks(net, batch), 3, all(batch, true));
        double value = 0;
        const auto found = gradients(net, rollout.outputs, rollout.window, value);
        EXPECT_TRUE(std::isfinite(value));
        for (const auto& [name, gradient] : found)
            EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << name;
        return found.at("kind")[1].abs().sum().item<double>();
    };
    EXPECT_GT(kinds_gradient(), 0);  // the anchor's marks are of the kind "mask"; no other mark in the window is
    batch.anchor_frames.fill_(Clip::kNoAnchor);
    EXPECT_EQ(kinds_gradient(), 0);
}

TEST(Rollout, TheWindowMustFit) {
    const auto net = net_with(0, 16);
    const auto batch = three_clips();
    EXPECT_SAYS((void)roll_out(net, batch, teacher_marks(net, batch), 7, all(batch, true)), "a window of 7 frames");
}

}  // namespace
}  // namespace ausm::train
