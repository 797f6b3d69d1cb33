// SPDX-License-Identifier: MIT
// The loss against its definition, one mask at a time, and the values it must have at the ends.
#include "train/losses.h"

#include "training_clips.h"

#include <gtest/gtest.h>

namespace ausm::train {
namespace {

constexpr std::int64_t kPlaces = 3, kQueries = 4, kFrames = 4;

/// Outputs that say exactly the truth, as logits of +-size: object k's place, or detection query k.
Outputs truthful(const ClipBatch& batch, double size) {
    const auto truth = batch.masks.flatten(0, 1).to(at::kFloat) / 255;
    const auto padded = at::cat({truth, truth, at::zeros_like(truth.narrow(1, 0, kQueries - kPlaces))}, 1);
    const auto visible = batch.visible.flatten(0, 1).to(at::kFloat);
    const auto tracked = batch.tracked.flatten(0, 1).to(at::kFloat);
    const auto presence =
        at::cat({visible, visible * (1 - tracked), at::zeros_like(visible.narrow(1, 0, kQueries - kPlaces))}, 1);
    Outputs outputs;
    outputs.last = {(presence * 2 - 1) * size, (padded * 2 - 1) * size};
    outputs.intermediate.push_back({outputs.last.presence, at::avg_pool2d(outputs.last.masks, {2, 2})});
    return outputs;
}

ClipBatch two_clips() {
    return stack({test::squares_clip({.prompted = false, .seed = 1}), test::squares_clip({.objects = 3, .seed = 2})});
}

TEST(Losses, TruthCostsNothing) {
    const auto batch = two_clips();
    // Averages over the edge of a square are between 0 and 1, and cost something: not at 1/8 here.
    const auto result = loss(truthful(batch, 40), batch, {.intermediate = 0});
    EXPECT_LT(result.total.item<double>(), 1e-3);
    EXPECT_EQ(result.iou_tracked, 1);
    EXPECT_EQ(result.iou_detected, 1);
}

TEST(Losses, EveryPartByItsDefinition) {
    at::manual_seed(3);
    const auto batch = two_clips();
    Outputs outputs;
    outputs.last = {at::randn({2 * kFrames, kPlaces + kQueries}), at::randn({2 * kFrames, kPlaces + kQueries, 16, 24})};
    const auto truth = batch.masks.flatten(0, 1).to(at::kFloat) / 255;
    const auto wanted = batch.tracked.flatten(0, 1).logical_not().logical_and(batch.visible.flatten(0, 1));
    const auto pairs = match(outputs.last.presence.narrow(1, kPlaces, kQueries),
                             outputs.last.masks.narrow(1, kPlaces, kQueries), truth, wanted, {});
    double bce = 0, dice = 0, tracked_presence = 0, detected_presence = 0, weights = 0;
    std::int64_t tracked = 0;
    const auto mask_loss = [&](const at::Tensor& logits, const at::Tensor& g) {
        const auto p = logits.sigmoid();
        bce += -(g * p.log() + (1 - g) * (1 - p).log()).mean().item<double>();
        dice += (1 - (2 * (p * g).sum() + 1) / (p.sum() + g.sum() + 1)).item<double>();
    };
    const auto entropy = [](double logit, double target) {
        const auto p = 1 / (1 + std::exp(-logit));
        return -target * std::log(p) - (1 - target) * std::log(1 - p);
    };
    for (std::int64_t f = 0; f < 2 * kFrames; ++f)
        for (std::int64_t k = 0; k < kPlaces; ++k)
            if (batch.tracked.flatten(0, 1)[f][k].item<bool>()) {
                ++tracked;
                mask_loss(outputs.last.masks[f][k], truth[f][k]);
                tracked_presence += entropy(outputs.last.presence[f][k].item<double>(), 1);
            }
    for (std::int64_t f = 0; f < 2 * kFrames; ++f)
        for (std::int64_t q = 0; q < kQueries; ++q) {
            double target = 0, weight = 0.4;
            for (std::int64_t i = 0; i < pairs.count(); ++i)
                if (pairs.frame[i].item<std::int64_t>() == f && pairs.query[i].item<std::int64_t>() == q) {
                    const auto logits = outputs.last.masks[f][kPlaces + q];
                    const auto g = truth[f][pairs.object[i].item<std::int64_t>()];
                    mask_loss(logits, g);
                    const auto a = logits > 0, b = g > 0.5;
                    target = std::sqrt(a.logical_and(b).sum().item<double>() / a.logical_or(b).sum().item<double>());
                    weight = 1;
                }
            detected_presence += weight * entropy(outputs.last.presence[f][kPlaces + q].item<double>(), target);
            weights += weight;
        }
    const auto n = static_cast<double>(tracked + pairs.count());
    ASSERT_GT(pairs.count(), 0);
    const auto result = loss(outputs, batch, {});
    EXPECT_NEAR(result.bce, bce / n, 1e-5);
    EXPECT_NEAR(result.dice, dice / n, 1e-5);
    EXPECT_NEAR(result.presence_tracked, tracked_presence / static_cast<double>(tracked), 1e-5);
    EXPECT_NEAR(result.presence_detected, detected_presence / weights, 1e-5);
    EXPECT_NEAR(result.total.item<double>(),
                5 * result.bce + 5 * result.dice + 2 * (0.5 * result.presence_tracked + result.presence_detected),
                1e-4);
}

TEST(Losses, EmptyPlacesCostNothing) {
    at::manual_seed(4);
    const auto batch = two_clips();
    auto outputs = truthful(batch, 3);
    const auto before = loss(outputs, batch, {}).total.item<double>();
    outputs.last.masks.narrow(0, 0, kFrames).select(1, 2).normal_();  // the first clip has two objects
    outputs.last.presence.narrow(0, 0, kFrames).select(1, 2).normal_();
    EXPECT_EQ(loss(outputs, batch, {}).total.item<double>(), before);
}

TEST(Losses, HiddenObjectsCountLess) {
    auto batch = two_clips();
    const auto outputs = truthful(batch, 1);
    const auto all = loss(outputs, batch, {}).bce;
    batch.visible.select(1, 3).select(1, 0).zero_();
    const auto some = loss(outputs, batch, {}).bce;
    EXPECT_LT(some, all);
}

TEST(Losses, NormalisersAreCommonToAllProcesses) {
    const auto batch = two_clips();
    const auto outputs = truthful(batch, 1);
    const auto alone = loss(outputs, batch, {}).total.item<double>();
    const auto half = loss(outputs, batch, {}, [](at::Tensor& counts) { counts.mul_(2); }).total.item<double>();
    EXPECT_NEAR(half, alone / 2, 1e-6);
}

}  // namespace
}  // namespace ausm::train
