// SPDX-License-Identifier: MIT
// Frames of several streams as one batch: the same answers as one by one.
#include "session/net_plan.h"

#include "reference.h"

#include <c10/core/InferenceMode.h>

namespace ausm {
namespace {

constexpr Grid kGrid{4, 6};

class NetRunnerTest : public testing::Test {
protected:
    void SetUp() override { at::manual_seed(11); }

    /// A stream with `count` marked objects.
    NetPass pass(std::int64_t count) const {
        NetPass result;
        result.images = at::randn({1, 3, kGrid.rows * 16, kGrid.columns * 16});
        result.history = net_.initial_history(1, kGrid);
        mark(result, count);
        return result;
    }
    static void mark(NetPass& pass, std::int64_t count) {
        if (count == 0) {
            pass.slots = at::Tensor();
            return;
        }
        pass.slots = at::randperm(64, at::kLong).slice(0, 0, count);
        pass.kinds = at::randint(0, 5, {count}, at::kLong);
        pass.masks = at::rand({count, 4 * kGrid.rows, 4 * kGrid.columns});
    }

    c10::InferenceMode inference_;
    AusmNet net_{test::weights(), at::kDouble};
    NetRunner runner_{net_};
};

TEST_F(NetRunnerTest, StreamsWithDifferentNumbersOfObjectsEqualThoseAlone) {
    std::vector<NetPass> together{pass(0), pass(2), pass(5)};
    auto alone = together;
    for (int frame = 0; frame < 3; ++frame) {
        std::vector<NetPass*> batch;
        for (auto& one : together)
            batch.push_back(&one);
        runner_.step(batch);
        for (std::size_t i = 0; i < alone.size(); ++i) {
            NetPass* one = &alone[i];
            runner_.step({&one, 1});
            EXPECT_EQ(together[i].presence.sizes(), alone[i].presence.sizes());
            EXPECT_CLOSE(together[i].presence, alone[i].presence, 1e-5);
            EXPECT_CLOSE(together[i].logits, alone[i].logits, 1e-4);
            EXPECT_CLOSE(together[i].history.features, alone[i].history.features, 1e-9);
            for (std::size_t k = 0; k < alone[i].history.layers.size(); ++k) {
                EXPECT_CLOSE(together[i].history.layers[k].scan, alone[i].history.layers[k].scan, 1e-9);
                EXPECT_CLOSE(together[i].history.layers[k].conv_tail, alone[i].history.layers[k].conv_tail, 1e-9);
            }
            together[i].images = at::randn_like(together[i].images);
            mark(together[i], (static_cast<std::int64_t>(i) + frame) % 4);
            alone[i].images = together[i].images, alone[i].slots = together[i].slots;
            alone[i].kinds = together[i].kinds, alone[i].masks = together[i].masks;
        }
    }
}

TEST_F(NetRunnerTest, ReadingPassAfterABatchEqualsThatAlone) {
    std::vector<NetPass> together{pass(1), pass(3)};
    auto alone = together[1];
    runner_.step(std::vector<NetPass*>{&together[0], &together[1]});
    runner_.step(std::vector<NetPass*>{&alone});
    mark(together[1], 4);
    alone.slots = together[1].slots, alone.kinds = together[1].kinds, alone.masks = together[1].masks;
    const auto scan = together[1].history.layers[0].scan.clone();
    runner_.refine(together[1]);
    runner_.refine(alone);
    EXPECT_CLOSE(together[1].presence, alone.presence, 1e-5);
    EXPECT_CLOSE(together[1].logits, alone.logits, 1e-4);
    EXPECT_TRUE(at::equal(together[1].history.layers[0].scan, scan)) << "reading is not remembered";
}

TEST_F(NetRunnerTest, AStreamKeepsOnlyItsOwnMemoryAlive) {
    std::vector<NetPass> together{pass(1), pass(1)};
    runner_.step(std::vector<NetPass*>{&together[0], &together[1]});
    for (const auto& one : together) {
        EXPECT_EQ(one.history.features.storage().nbytes(), one.history.features.nbytes());
        for (const auto& layer : one.history.layers)
            EXPECT_EQ(layer.scan.storage().nbytes(), layer.scan.nbytes());
    }
}

// What a GPU repeats as graphs: batch and marks are padded, tensors are used again frame after frame.
TEST_F(NetRunnerTest, APlanUsedFrameAfterFrameEqualsStreamsAlone) {
    std::vector<NetPass> together{pass(5), pass(0), pass(2)};
    auto alone = together;
    std::vector<NetPass*> batch;
    for (auto& one : together)
        batch.push_back(&one);
    const auto key = NetPlanKey::of(batch, net_.config());
    EXPECT_EQ(key, (NetPlanKey{4, 16, kGrid.rows * 16, kGrid.columns * 16}));
    NetPlan plan(net_, key);
    for (int frame = 0; frame < 3; ++frame) {
        plan.load(batch);
        for (const auto& phase : plan.phases())
            phase();
        plan.copy_out(batch);
        plan.take(batch);
        for (std::size_t i = 0; i < alone.size(); ++i) {
            NetPass* one = &alone[i];
            runner_.step({&one, 1});
            EXPECT_EQ(together[i].presence.sizes(), alone[i].presence.sizes());
            EXPECT_CLOSE(together[i].presence, alone[i].presence, 1e-5);
            EXPECT_CLOSE(together[i].logits, alone[i].logits, 1e-4);
            EXPECT_CLOSE(together[i].frame.features, alone[i].frame.features, 1e-9);
            for (std::size_t level = 0; level < 4; ++level)
                EXPECT_CLOSE(together[i].frame.levels[level], alone[i].frame.levels[level], 1e-9);
            EXPECT_CLOSE(together[i].history.layers.back().scan, alone[i].history.layers.back().scan, 1e-9);
            together[i].images = at::randn_like(together[i].images);
            mark(together[i], (static_cast<std::int64_t>(i) + frame) % 4);
            alone[i].images = together[i].images, alone[i].slots = together[i].slots;
            alone[i].kinds = together[i].kinds, alone[i].masks = together[i].masks;
        }
    }
}

// Double buffers: a frame that fails after all of its work, and one whose result nobody takes, have changed nothing.
TEST_F(NetRunnerTest, AFrameOfAPlanLeavesTheMemoryThatItCameWith) {
    std::vector<NetPass> passes{pass(1), pass(2), pass(0)};
    std::vector<NetPass*> batch;
    for (auto& one : passes)
        batch.push_back(&one);
    NetPlan plan(net_, NetPlanKey::of(batch, net_.config()));
    const auto run = [&] {
        plan.load(batch);
        for (const auto& phase : plan.phases())
            phase();
        plan.copy_out(batch);
    };
    run();
    plan.take(batch);
    const auto before = passes;
    std::vector<at::Tensor> values;
    for (const auto& one : before)
        for (const auto& layer : one.history.layers)
            values.insert(values.end(), {layer.scan.clone(), layer.conv_tail.clone()});
    run();  // and fails: nothing is taken
    run();
    plan.take(batch);
    std::size_t next = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
        for (std::size_t k = 0; k < before[i].history.layers.size(); ++k) {
            const auto &old = before[i].history.layers[k], &now = passes[i].history.layers[k];
            EXPECT_TRUE(at::equal(old.scan, values[next++])) << "stream " << i;
            EXPECT_TRUE(at::equal(old.conv_tail, values[next++])) << "stream " << i;
            EXPECT_FALSE(at::equal(now.scan, old.scan)) << "stream " << i;
            EXPECT_EQ(now.scan.storage().nbytes(), now.scan.nbytes()) << "no stream keeps another's memory alive";
        }
}

TEST_F(NetRunnerTest, AMemoryOfAnotherSizeIsRefused) {
    auto one = pass(1);
    const std::vector<NetPass*> batch{&one};
    NetPlan plan(net_, NetPlanKey::of(batch, net_.config()));
    auto& scan = one.history.layers[0].scan;
    scan = scan.narrow(1, 0, 2);
    EXPECT_THROW(plan.load(batch), c10::Error);
}

TEST_F(NetRunnerTest, APlanSaysWhatItHolds) {
    const auto bytes = [&](std::int64_t batch, std::int64_t objects) {
        return NetPlan(net_, {batch, objects, kGrid.rows * 16, kGrid.columns * 16}).bytes();
    };
    const std::size_t pixels = 3 * kGrid.rows * 16 * kGrid.columns * 16, cells = 16 * kGrid.rows * kGrid.columns;
    EXPECT_GT(bytes(1, 0), pixels * sizeof(double)) << "the picture, and the features of the last one";
    EXPECT_GE(bytes(1, 64) - bytes(1, 16), 48 * cells * (sizeof(double) + sizeof(float)))
        << "masks as given, and marks";
    EXPECT_GT(bytes(4, 16), 4 * bytes(1, 16)) << "there are spare memories, too";
}

TEST_F(NetRunnerTest, PlansAreRoundedUp) {
    const auto key = [&](std::vector<std::int64_t> counts) {
        std::vector<NetPass> passes;
        for (const auto count : counts)
            passes.push_back(pass(count));
        std::vector<NetPass*> batch;
        for (auto& one : passes)
            batch.push_back(&one);
        const auto result = NetPlanKey::of(batch, net_.config());
        return std::pair(result.batch, result.objects);
    };
    using Sizes = std::pair<std::int64_t, std::int64_t>;
    EXPECT_EQ(key({0}), Sizes(1, 0));
    EXPECT_EQ(key({1}), Sizes(1, 16));
    EXPECT_EQ(key({4, 0, 0, 0, 16}), Sizes(8, 16));
    EXPECT_EQ(key({17, 0, 2}), Sizes(4, 64));
    EXPECT_EQ(key({64, 33}), Sizes(2, 64));
    EXPECT_EQ(key({1, 64}), key({64, 17})) << "a size has few plans, whatever the objects do";
}

}  // namespace
}  // namespace ausm
