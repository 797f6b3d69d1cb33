// SPDX-License-Identifier: MIT
// Frames of several streams as one batch: the same answers as one by one.
#include "session/net_plan.h"

#include "net_stream.h"
#include "reference.h"
#include "weights_with.h"

#include <c10/core/InferenceMode.h>

namespace ausm {
namespace {

constexpr Grid kGrid{4, 6};

using test::NetStream;

class NetRunnerTest : public testing::Test {
protected:
    void SetUp() override { at::manual_seed(11); }

    /// A stream with `count` marked objects.
    NetStream stream(std::int64_t count) const {
        NetStream result;
        result.input.images = at::randn({1, 3, kGrid.rows * 16, kGrid.columns * 16});
        result.input.history = net_.initial_history(1, kGrid);
        mark(result.input, count);
        return result;
    }
    static void mark(NetInput& input, std::int64_t count) {
        if (count == 0) {
            input.slots = at::Tensor();
            return;
        }
        input.slots = at::randperm(64, at::kLong).slice(0, 0, count);
        input.kinds = at::randint(0, 5, {count}, at::kLong);
        input.masks = at::rand({count, 4 * kGrid.rows, 4 * kGrid.columns});
    }
    /// Another picture and other marks.
    static void change(NetInput& input, std::int64_t count) {
        input.images = at::randn_like(input.images);
        mark(input, count);
    }
    /// `other`'s picture and marks.
    static void copy_frame(NetInput& input, const NetInput& other) {
        input.images = other.images, input.slots = other.slots, input.kinds = other.kinds, input.masks = other.masks;
    }
    static void expect_same_prediction(const NetPrediction& one, const NetPrediction& expected) {
        EXPECT_EQ(one.presence.sizes(), expected.presence.sizes());
        EXPECT_CLOSE(one.presence, expected.presence, 1e-5);
        EXPECT_CLOSE(one.logits, expected.logits, 1e-4);
    }
    /// A frame of each through a plan, as a GPU repeats it.
    static std::vector<NetAnswer> run(NetPlan& plan, const std::vector<NetInput>& inputs) {
        plan.load(inputs);
        for (const auto& phase : plan.phases())
            phase();
        plan.copy_out(inputs);
        return plan.take(inputs);
    }

    c10::InferenceMode inference_;
    AusmNet net_{test::weights(), at::kDouble};
    NetRunner runner_{net_};
};

TEST_F(NetRunnerTest, StreamsWithDifferentNumbersOfObjectsEqualThoseAlone) {
    std::vector<NetStream> together{stream(0), stream(2), stream(5)};
    auto alone = together;
    for (int frame = 0; frame < 3; ++frame) {
        test::step(runner_, together);
        for (std::size_t i = 0; i < alone.size(); ++i) {
            test::step(runner_, alone[i]);
            const auto &one = together[i].answer, &expected = alone[i].answer;
            expect_same_prediction(one, expected);
            EXPECT_CLOSE(one.history.features, expected.history.features, 1e-9);
            for (std::size_t k = 0; k < expected.history.layers.size(); ++k) {
                EXPECT_CLOSE(one.history.layers[k].scan, expected.history.layers[k].scan, 1e-9);
                EXPECT_CLOSE(one.history.layers[k].conv_tail, expected.history.layers[k].conv_tail, 1e-9);
            }
            change(together[i].input, (static_cast<std::int64_t>(i) + frame) % 4);
            copy_frame(alone[i].input, together[i].input);
        }
    }
}

TEST_F(NetRunnerTest, ARefinementPassAfterABatchEqualsThatAlone) {
    std::vector<NetStream> together{stream(1), stream(3)};
    auto alone = together[1];
    test::step(runner_, together);
    test::step(runner_, alone);
    mark(together[1].input, 4);
    copy_frame(alone.input, together[1].input);
    const auto scan = together[1].input.history.layers[0].scan.clone();
    const auto refined = test::refine(runner_, together[1]), expected = test::refine(runner_, alone);
    EXPECT_EQ(refined.presence.numel(), 4 + net_.config().head.detections);
    EXPECT_CLOSE(refined.presence, expected.presence, 1e-5);
    EXPECT_CLOSE(refined.logits, expected.logits, 1e-4);
    EXPECT_TRUE(at::equal(together[1].input.history.layers[0].scan, scan)) << "reading is not remembered";
}

TEST_F(NetRunnerTest, AStreamKeepsOnlyItsOwnStateAlive) {
    std::vector<NetStream> together{stream(1), stream(1)};
    test::step(runner_, together);
    for (const auto& one : together) {
        const auto& history = one.answer.history;
        EXPECT_EQ(history.features.storage().nbytes(), history.features.nbytes());
        for (const auto& layer : history.layers)
            EXPECT_EQ(layer.scan.storage().nbytes(), layer.scan.nbytes());
    }
}

// What a GPU repeats as graphs: batch and marks are padded, tensors are used again frame after frame.
TEST_F(NetRunnerTest, APlanUsedFrameAfterFrameEqualsStreamsAlone) {
    std::vector<NetStream> together{stream(5), stream(0), stream(2)};
    auto alone = together;
    const auto key = NetPlanKey::of(test::inputs_of(together), net_.config());
    EXPECT_EQ(key, (NetPlanKey{4, 16, kGrid.rows * 16, kGrid.columns * 16}));
    NetPlan plan(net_, key);
    for (int frame = 0; frame < 3; ++frame) {
        test::take(run(plan, test::inputs_of(together)), together);
        for (std::size_t i = 0; i < alone.size(); ++i) {
            test::step(runner_, alone[i]);
            const auto &one = together[i].answer, &expected = alone[i].answer;
            expect_same_prediction(one, expected);
            EXPECT_CLOSE(one.frame.features, expected.frame.features, 1e-9);
            for (std::size_t level = 0; level < 4; ++level)
                EXPECT_CLOSE(one.frame.levels[level], expected.frame.levels[level], 1e-9);
            EXPECT_CLOSE(one.history.layers.back().scan, expected.history.layers.back().scan, 1e-9);
            change(together[i].input, (static_cast<std::int64_t>(i) + frame) % 4);
            copy_frame(alone[i].input, together[i].input);
        }
    }
}

/// Streams that have no anchor, one, and two.
TEST_F(NetRunnerTest, AnchorsOfStreamsInABatchEqualThoseAlone) {
    const AusmNet net(test::weights_with_anchors(2, 0.05), at::kDouble);
    NetRunner runner(net);
    std::vector<NetStream> together;
    for (std::int64_t i = 0; i < 3; ++i) {
        auto& one = together.emplace_back(stream(2));
        one.input.history = net.initial_history(1, kGrid);
        auto& anchors = one.input.history.anchors;
        for (std::int64_t place = 0; place < i; ++place)
            anchors = anchors.with(place, at::randn({1, kGrid.tokens(), net.config().dim}));
    }
    auto alone = together, planned = together;
    NetPlan plan(net, NetPlanKey::of(test::inputs_of(planned), net.config()));
    for (int frame = 0; frame < 2; ++frame) {
        test::step(runner, together);
        test::take(run(plan, test::inputs_of(planned)), planned);
        for (std::size_t i = 0; i < alone.size(); ++i) {
            const auto before = alone[i].input.history.anchors;
            test::step(runner, alone[i]);
            for (const auto* one : {&together[i], &planned[i]}) {
                EXPECT_CLOSE(one->answer.logits, alone[i].answer.logits, 1e-4);
                EXPECT_TRUE(at::equal(one->answer.history.anchors.tokens, before.tokens)) << "no step changes them";
                EXPECT_TRUE(at::equal(one->answer.history.anchors.valid, before.valid));
            }
            EXPECT_EQ(before.memories.empty(), frame == 0) << "made on the first frame, and kept";
        }
    }
    EXPECT_FALSE(at::allclose(alone[0].answer.logits, alone[1].answer.logits));
    // The anchor of a frame: the marks on its own features, compressed by a network that has seen nothing.
    auto first = together[1].input;
    first.kinds = at::full_like(first.kinds, static_cast<std::int64_t>(MarkKind::kMask));
    auto history = net.initial_history(1, kGrid);
    history.features = together[1].answer.frame.features;
    const Marks marks{first.slots.unsqueeze(0), first.masks.to(at::kDouble).unsqueeze(0).unsqueeze(0),
                      first.kinds.unsqueeze(0).unsqueeze(0)};
    EXPECT_CLOSE(runner.anchor(first, together[1].answer.frame), net.compress(marks, net.positions(kGrid), history),
                 1e-9);
}

// Double buffers: a frame that fails after all of its work, and one whose result nobody takes, have changed nothing.
TEST_F(NetRunnerTest, AFrameOfAPlanLeavesTheStateThatItCameWith) {
    std::vector<NetStream> streams{stream(1), stream(2), stream(0)};
    NetPlan plan(net_, NetPlanKey::of(test::inputs_of(streams), net_.config()));
    test::take(run(plan, test::inputs_of(streams)), streams);
    const auto inputs = test::inputs_of(streams);
    std::vector<at::Tensor> values;
    for (const auto& one : inputs)
        for (const auto& layer : one.history.layers)
            values.insert(values.end(), {layer.scan.clone(), layer.conv_tail.clone()});
    plan.load(inputs);
    for (const auto& phase : plan.phases())
        phase();
    plan.copy_out(inputs);  // and fails: nothing is taken
    const auto answers = run(plan, inputs);
    std::size_t next = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        for (std::size_t k = 0; k < inputs[i].history.layers.size(); ++k) {
            const auto &old = inputs[i].history.layers[k], &now = answers[i].history.layers[k];
            EXPECT_TRUE(at::equal(old.scan, values[next++])) << "stream " << i;
            EXPECT_TRUE(at::equal(old.conv_tail, values[next++])) << "stream " << i;
            EXPECT_FALSE(at::equal(now.scan, old.scan)) << "stream " << i;
            EXPECT_EQ(now.scan.storage().nbytes(), now.scan.nbytes()) << "no stream keeps another's state alive";
        }
}

TEST_F(NetRunnerTest, AStateOfAnotherSizeIsRefused) {
    std::vector<NetInput> batch{stream(1).input};
    NetPlan plan(net_, NetPlanKey::of(batch, net_.config()));
    auto& scan = batch[0].history.layers[0].scan;
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
    EXPECT_GT(bytes(4, 16), 4 * bytes(1, 16)) << "there are spare states, too";
}

TEST_F(NetRunnerTest, PlansAreRoundedUp) {
    const auto key = [&](const std::vector<std::int64_t>& counts) {
        std::vector<NetInput> batch;
        for (const auto count : counts)
            batch.push_back(stream(count).input);
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
