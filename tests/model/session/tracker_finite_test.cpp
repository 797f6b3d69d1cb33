// SPDX-License-Identifier: MIT
// Answers of the network that are not finite: nothing is believed of them, and the stream goes on.
#include "scripted.h"

#include <functional>
#include <limits>

namespace ausm {
namespace {

using test::cells_of;
using test::changes_of;
using test::ids_of;
using test::kSure;
using test::logits_of;
using test::mask_of;
using test::ScriptedStream;

using Texts = std::vector<std::string>;
using Ids = std::vector<std::int64_t>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// The mask with one cell that is no number.
at::Tensor spoilt(const at::Tensor& logits, float value) {
    auto result = logits.clone();
    result[15][23].fill_(value);
    return result;
}

class NotFinite : public testing::TestWithParam<float> {};

TEST_P(NotFinite, PresenceIsNeverSure) {
    for (const double threshold : {0.0, 0.5}) {
        ScriptedStream stream({.threshold = threshold, .top_k = 2});
        stream.runner.detections = {{GetParam(), logits_of(0, 20)}, {GetParam(), logits_of(40, 20)},
                                    {3, logits_of(80, 20)},         {GetParam(), logits_of(120, 20)},
                                    {1, logits_of(160, 20)},        {2, logits_of(200, 20)}};
        const auto result = stream.step();
        ASSERT_EQ(ids_of(result), (Ids{1, 2})) << threshold;
        EXPECT_EQ(cells_of(result, 1), test::run(80, 20)) << "the surest of the others";
        EXPECT_EQ(cells_of(result, 2), test::run(200, 20));
        EXPECT_FALSE(result.finite);
    }
}

TEST_P(NotFinite, PresenceOfAnObjectIsUnseenAndItsMaskStays) {
    ScriptedStream stream({.mode = Mode::kPrompted});
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20)});
    const auto last = stream.state.masks.clone();
    stream.runner.objects[0] = {GetParam(), logits_of(40, 20)};
    const auto result = stream.step();
    EXPECT_FALSE(result.finite);
    EXPECT_EQ(changes_of(result), Texts{"absent 1"});
    EXPECT_EQ(result.objects.at(0).score, 0.0F) << "a state with another number could not be loaded";
    EXPECT_EQ(cells_of(result, 1), test::run(0, 0));
    EXPECT_TRUE(at::equal(stream.state.masks, last)) << "the next frame is marked with it";
    stream.runner.objects[0].presence = kSure;
    const auto next = stream.step();
    EXPECT_EQ(changes_of(next), Texts{"back 1"});
    EXPECT_EQ(cells_of(next, 1), test::run(40, 20));
    EXPECT_TRUE(next.finite);
}

TEST_P(NotFinite, MasksOfDetectionsAreIgnored) {
    ScriptedStream stream({.threshold = 0});
    stream.runner.detections = {{kSure, spoilt(logits_of(0, 20), GetParam())}};
    const auto result = stream.step();
    EXPECT_EQ(result.objects.size(), 0U);
    EXPECT_FALSE(result.finite);
    EXPECT_EQ(stream.remembered(), 1) << "the state itself is finite";
}

TEST_P(NotFinite, MasksOfObjectsAreUnseenAndTheLastOneStays) {
    ScriptedStream stream({.mode = Mode::kPrompted});
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20)});
    (void)stream.step();
    const auto last = stream.state.masks.clone();
    stream.runner.objects[0].logits = spoilt(logits_of(40, 20), GetParam());
    const auto result = stream.step();
    EXPECT_EQ(changes_of(result), Texts{"absent 1"});
    EXPECT_EQ(cells_of(result, 1), test::run(0, 0));
    EXPECT_TRUE(at::equal(stream.state.masks, last)) << "the next frame is marked with it";
    stream.runner.objects[0].logits = logits_of(40, 20);
    EXPECT_EQ(cells_of(stream.step(), 1), test::run(40, 20));
}

TEST_P(NotFinite, AnswersDoNotEnterTheState) {
    ScriptedStream stream({.mode = Mode::kPrompted});
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20)});
    stream.runner.objects[0].presence = GetParam();
    (void)stream.step();
    (void)stream.step();
    EXPECT_EQ(stream.remembered(), 1) << "the frame before";
    EXPECT_EQ(stream.state.frames, 3);
    stream.runner.objects[0].presence = kSure;
    (void)stream.step();
    EXPECT_EQ(stream.remembered(), 2);
}

TEST_P(NotFinite, FirstAnswersLeaveAStateThatHasJustBegun) {
    ScriptedStream stream({.mode = Mode::kPrompted});
    stream.runner.objects[0] = {GetParam(), spoilt(logits_of(0, 20), GetParam())};
    EXPECT_EQ(cells_of(stream.step({mask_of(0, 20)}), 1), test::run(0, 20)) << "a mask is shown as given";
    EXPECT_EQ(stream.remembered(), 0);
    stream.runner.objects[0] = {kSure, logits_of(2, 20)};
    EXPECT_EQ(cells_of(stream.step(), 1), test::run(2, 20));
    EXPECT_EQ(stream.runner.steps.back().masks.gt(0.5).sum().item<std::int64_t>(), 20) << "marked with what was given";
}

TEST_P(NotFinite, AnswersToAPromptShowThePrompt) {
    ScriptedStream stream({.mode = Mode::kPrompted});
    for (const bool in_mask : {false, true}) {
        stream.runner.objects[0] = {kSure, logits_of(0, 20)};
        stream.runner.refinements = {{{0, {in_mask ? kSure : GetParam(), spoilt(logits_of(100, 20), GetParam())}}}};
        const auto result = stream.step({test::box_of(2, 2, 1)});
        EXPECT_EQ(cells_of(result, 1), test::run(2 * test::kScriptColumns, test::kScriptColumns));
        EXPECT_TRUE(at::isfinite(stream.state.masks).all().item<bool>());
        EXPECT_FALSE(result.finite);
        EXPECT_GE(result.objects.at(0).score, 0.0F);
    }
}

TEST_P(NotFinite, FurtherReadingsCountForNothing) {
    ScriptedStream stream({.mode = Mode::kPrompted, .passes = 2});
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20)});
    stream.runner.refinements = {{{0, {kSure, spoilt(logits_of(100, 20), GetParam())}}}};
    const auto spoilt_mask = stream.step();
    EXPECT_EQ(cells_of(spoilt_mask, 1), test::run(0, 20));
    EXPECT_FALSE(spoilt_mask.finite);
    stream.runner.refinements = {{{0, {GetParam(), logits_of(100, 20)}}}};
    const auto result = stream.step();
    EXPECT_EQ(cells_of(result, 1), test::run(0, 20));
    EXPECT_GT(result.objects.at(0).score, 0.9F);
}

/// A frame of the real network with the state changed; whether its answer was finite.
bool is_finite_with(const std::function<void(History&)>& change) {
    const c10::InferenceMode inference;
    static const AusmNet net(test::weights(), at::kFloat);
    NetRunner runner(net);
    StreamState state;
    state.table = ObjectTable(net.config().history.id_vectors, 0);
    state.history = net.initial_history(1, test::kScriptGrid);
    change(state.history);
    const auto job = test::job_of(at::zeros({1, 3, 64, 96}), std::move(state));
    Tracker(runner).step({&job, 1});
    EXPECT_FALSE(job->error);
    return job->output.finite;
}

// What the rule rests on: one number of the state that is not finite shows in the presence of the same frame.
TEST(Network, ShowsWhatIsNotFiniteInItsState) {
    EXPECT_TRUE(is_finite_with([](History&) {}));
    for (const float value : {kNaN, kInfinity, -kInfinity}) {
        EXPECT_FALSE(is_finite_with([&](History& history) { history.features[0][17][5] = value; })) << value;
        const c10::InferenceMode inference;
        const AusmNet net(test::weights(), at::kFloat);
        for (std::size_t i = 0; i < net.initial_history(1, test::kScriptGrid).layers.size(); ++i) {
            const auto put = [&](at::Tensor tensor) { tensor.view({-1})[tensor.numel() / 3] = value; };
            EXPECT_FALSE(is_finite_with([&](History& history) { put(history.layers[i].scan); })) << i << " " << value;
            EXPECT_FALSE(is_finite_with([&](History& history) { put(history.layers[i].conv_tail); }))
                << i << " " << value;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, NotFinite, testing::Values(kNaN, kInfinity, -kInfinity), [](const auto& test) {
    return std::string(std::isnan(test.param) ? "NaN" : test.param > 0 ? "Infinity" : "MinusInfinity");
});

}  // namespace
}  // namespace ausm
