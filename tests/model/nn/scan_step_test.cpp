// SPDX-License-Identifier: MIT
// Parallel equals recurrent: what training over whole clips rests on (ausm.md section 6).
#include "nn/ausm_net.h"
#include "nn/position_code.h"
#include "weights_with.h"

#include <c10/core/GradMode.h>

namespace ausm {
namespace {

constexpr std::int64_t kFrames = 7, kTokens = 20;
constexpr Grid kGrid{4, 5};

at::Tensor random(at::IntArrayRef sizes, at::ScalarType dtype) {
    return at::randn(sizes, at::TensorOptions().dtype(dtype));
}

class ScanStep : public testing::Test {
protected:
    void SetUp() override { at::manual_seed(7); }
    c10::NoGradGuard no_grad_;
};

TEST_F(ScanStep, MambaLayer) {
    WeightMap weights(test::weights(), at::kFloat);
    const Mamba mamba(weights, "comp.0.mamba", 192, nano_config().history);
    const auto x = random({2, kFrames, kTokens, 192}, at::kFloat);
    auto whole = mamba.initial_state(2, kTokens), stepped = whole;
    const auto parallel = mamba.scan(x, whole);
    for (std::int64_t t = 0; t < kFrames; ++t)
        EXPECT_CLOSE(mamba.scan(x.narrow(1, t, 1), stepped), parallel.narrow(1, t, 1), 1e-5);
    EXPECT_CLOSE(stepped.scan, whole.scan, 1e-5);
    EXPECT_CLOSE(stepped.conv_tail, whole.conv_tail, 1e-5);
}

TEST_F(ScanStep, CompressorAndItsSplitIntoTwoClips) {
    WeightMap weights(test::weights(), at::kFloat);
    const HistoryCompressor compressor(weights, 192, nano_config().history);
    const Positions positions{kGrid, position_code(kGrid, 192, at::kFloat), {}};
    const auto x = random({1, kFrames, kTokens, 192}, at::kFloat);
    auto whole = compressor.initial_states(1, kTokens), stepped = whole, split = whole;
    const auto parallel = compressor.scan(x, positions, whole);
    for (std::int64_t t = 0; t < kFrames; ++t)
        EXPECT_CLOSE(compressor.scan(x.narrow(1, t, 1), positions, stepped), parallel.narrow(1, t, 1), 1e-5);
    (void)compressor.scan(x.narrow(1, 0, 3), positions, split);
    EXPECT_CLOSE(compressor.scan(x.narrow(1, 3, kFrames - 3), positions, split), parallel.narrow(1, 3, kFrames - 3),
                 1e-5);
}

/// Two clips of five frames with two objects each, teacher-forced.
struct Clip {
    at::Tensor images = random({2, 5, 3, 64, 96}, at::kDouble) * 0.5;
    at::Tensor masks = at::rand({2, 5, 2, 16, 24}, at::kDouble);
    at::Tensor slots = at::tensor({3, 17, 40, 0}, at::kLong).view({2, 2});
    at::Tensor kinds = at::zeros({2, 5, 2}, at::kLong);
    Clip() { kinds.select(1, 0).fill_(1); }
};

TEST_F(ScanStep, WholeNetworkInDouble) {
    const AusmNet net(test::weights(), at::kDouble);
    const Clip clip;
    auto whole = net.initial_history(2, {4, 6}), stepped = whole;
    const auto parallel = net.scan(clip.images, {clip.slots, clip.masks, clip.kinds}, {}, whole);
    const auto masks = parallel.masks.unflatten(0, {2, 5}), presence = parallel.presence.unflatten(0, {2, 5});
    for (std::int64_t t = 0; t < 5; ++t) {
        const Marks marks{clip.slots, clip.masks.narrow(1, t, 1), clip.kinds.narrow(1, t, 1)};
        const auto step = net.step(clip.images.select(1, t), marks, stepped);
        EXPECT_CLOSE(step.masks, masks.select(1, t), 1e-9);
        EXPECT_CLOSE(step.presence, presence.select(1, t), 1e-9);
    }
    EXPECT_CLOSE(stepped.layers[1].scan, whole.layers[1].scan, 1e-9);
    EXPECT_CLOSE(stepped.features, whole.features, 1e-9);
}

/// The first clip's anchor is its frame 1, in a place that is free; the second clip begins with one and makes none.
TEST_F(ScanStep, WithAnchorsInsideAClip) {
    const AusmNet net(test::weights_with_anchors(2, 0.05), at::kDouble);
    const Clip clip;
    const auto positions = net.positions({4, 6});
    const AusmNet::ClipAnchor anchor{
        at::tensor({1, 5}, at::kLong),
        {clip.slots, at::rand({2, 1, 2, 16, 24}, at::kDouble), at::ones({2, 1, 2}, at::kLong)}};
    auto whole = net.initial_history(2, {4, 6});
    const auto older = random({2, 24, 192}, at::kDouble);
    const auto second = at::arange(2).eq(1);
    whole.anchors = whole.anchors.with(0, older, second).with(1, older, second.logical_not());
    auto stepped = whole;
    const auto frames = net.encode(clip.images.flatten(0, 1));
    const auto parallel = net.scan(frames, {clip.slots, clip.masks, clip.kinds}, {}, whole, nullptr, anchor);
    const auto masks = parallel.masks.unflatten(0, {2, 5}), presence = parallel.presence.unflatten(0, {2, 5});
    for (std::int64_t t = 0; t < 5; ++t) {
        const Marks marks{clip.slots, clip.masks.narrow(1, t, 1), clip.kinds.narrow(1, t, 1)};
        const auto step = net.step(clip.images.select(1, t), marks, stepped);
        EXPECT_CLOSE(step.masks, masks.select(1, t), 1e-9);
        EXPECT_CLOSE(step.presence, presence.select(1, t), 1e-9);
        if (t == 1)
            stepped.anchors =
                stepped.anchors.with(0, net.anchor(stepped.features, anchor.marks, positions), anchor.frames.eq(t));
    }
    EXPECT_CLOSE(stepped.layers[1].scan, whole.layers[1].scan, 1e-9);
    EXPECT_CLOSE(stepped.anchors.tokens, whole.anchors.tokens, 1e-9);
    EXPECT_TRUE(at::equal(stepped.anchors.valid, at::tensor({1, 1, 1, 0}, at::kLong).view({2, 2}).ne(0)));
    EXPECT_TRUE(at::equal(stepped.anchors.valid, whole.anchors.valid));

    auto without = net.initial_history(2, {4, 6});
    const auto bare = net.scan(frames, {clip.slots, clip.masks, clip.kinds}, {}, without).masks.unflatten(0, {2, 5});
    EXPECT_GT(test::relative_error(bare.select(1, 4), masks.select(1, 4)), 1e-3) << "anchors mean something";
}

TEST_F(ScanStep, PlacesWithoutAnAnchorChangeNothing) {
    const AusmNet with(test::weights_with_anchors(2, 0), at::kDouble),
        without(test::weights_with_anchors(0, 0), at::kDouble);
    const Clip clip;
    auto empty = with.initial_history(2, {4, 6}), none = without.initial_history(2, {4, 6});
    EXPECT_EQ(empty.anchors.tokens.sizes(), at::IntArrayRef({2, 2, 24, 192}));
    EXPECT_FALSE(none.anchors.tokens.defined());
    EXPECT_EQ(empty.bytes(), none.bytes() + 2 * 2 * 24 * 192 * sizeof(double) + 4);
    const Marks marks{clip.slots, clip.masks, clip.kinds};
    EXPECT_CLOSE(with.scan(clip.images, marks, {}, empty).masks, without.scan(clip.images, marks, {}, none).masks,
                 1e-9);
    const auto anchor = random({2, 24, 192}, at::kDouble);
    EXPECT_THROW((void)none.anchors.with(0, anchor), c10::Error);
    EXPECT_THROW((void)empty.anchors.with(2, anchor), c10::Error);
    EXPECT_THROW((void)empty.anchors.with(0, anchor.narrow(1, 0, 23)), c10::Error);
    const auto more = empty.anchors.with(1, anchor);
    EXPECT_FALSE(empty.anchors.valid.any().item<bool>()) << "an older copy was written";
    EXPECT_TRUE(at::equal(more.tokens.select(1, 1), anchor));
    EXPECT_TRUE(at::equal(more.without(1).tokens, empty.anchors.tokens));
    EXPECT_TRUE(at::equal(more.without(1).valid, empty.anchors.valid));
    EXPECT_THROW((void)more.without(-1), c10::Error);
}

/// What training wants of an anchor: a gradient to all that made it.
TEST_F(ScanStep, AnchorsHaveAGradient) {
    const c10::AutoGradMode grad(true);
    const AusmNet net(test::weights_with_anchors(1, 0.05), at::kFloat, at::kCPU,
                      [](const std::string& name) { return name == "kind" || name == "comp.0.mamba.A_log"; });
    const Clip clip;
    const auto half = [](const at::Tensor& x) { return x.to(at::kFloat); };
    auto history = net.initial_history(2, {4, 6});
    const AusmNet::ClipAnchor anchor{at::zeros({2}, at::kLong),
                                     {clip.slots, half(clip.masks.narrow(1, 0, 1)), at::full({2, 1, 2}, 2, at::kLong)}};
    const auto out = net.scan(net.encode(half(clip.images).flatten(0, 1)),
                              {clip.slots, half(clip.masks), at::zeros_like(clip.kinds)}, {}, history, nullptr, anchor);
    out.masks.sum().backward();
    EXPECT_GT(net.weights().at("kind").grad()[2].abs().max().item<float>(), 0) << "reached by the anchor alone";
    EXPECT_EQ(net.weights().at("kind").grad()[1].abs().max().item<float>(), 0);
    EXPECT_TRUE(net.weights().at("comp.0.mamba.A_log").grad().isfinite().all().item<bool>());
}

TEST_F(ScanStep, NothingReachesBack) {
    const AusmNet net(test::weights(), at::kDouble);
    const Clip clip;
    auto history = net.initial_history(2, {4, 6}), changed_history = history;
    const auto before =
        net.scan(clip.images, {clip.slots, clip.masks, clip.kinds}, {}, history).masks.unflatten(0, {2, 5});
    auto images = clip.images.clone(), masks = clip.masks.clone();
    images.select(1, 3).neg_();
    masks.select(1, 3).zero_();
    const auto after =
        net.scan(images, {clip.slots, masks, clip.kinds}, {}, changed_history).masks.unflatten(0, {2, 5});
    EXPECT_CLOSE(after.narrow(1, 0, 3), before.narrow(1, 0, 3), 1e-12);
    EXPECT_GT(test::relative_error(after.select(1, 3), before.select(1, 3)), 1e-3);
}

TEST_F(ScanStep, AbsentQueriesChangeNothing) {
    const AusmNet net(test::weights(), at::kDouble);
    const Clip clip;
    auto masks = clip.masks.clone();
    masks.select(2, 1).zero_();
    const auto valid = at::ones({2, 5, 2}, at::kBool);
    valid.select(2, 1).zero_();
    auto two = net.initial_history(2, {4, 6}), one = two;
    const auto with = net.scan(clip.images, {clip.slots, masks, clip.kinds}, valid, two);
    const auto without =
        net.scan(clip.images, {clip.slots.narrow(1, 0, 1), masks.narrow(2, 0, 1), clip.kinds.narrow(2, 0, 1)}, {}, one);
    EXPECT_CLOSE(with.masks.select(1, 0), without.masks.select(1, 0), 1e-9);
    EXPECT_CLOSE(with.masks.narrow(1, 2, 32), without.masks.narrow(1, 1, 32), 1e-9);
}

TEST_F(ScanStep, Bfloat16StaysNearFloat32) {
    const AusmNet exact(test::weights(), at::kFloat), half(test::weights(), at::kBFloat16);
    const test::Reference reference("phases");
    const auto image = test::normalised(reference.get("wide.image_u8")).unsqueeze(0);
    const Marks marks{reference.get("wide.slots").unsqueeze(0),
                      (reference.get("wide.masks_u8").to(at::kFloat) / 255).unsqueeze(0).unsqueeze(0),
                      {}};
    Marks half_marks = marks;
    half_marks.masks = marks.masks.to(at::kBFloat16);
    auto a = exact.initial_history(1, {6, 10}), b = half.initial_history(1, {6, 10});
    const auto expected = exact.step(image, marks, a).masks,
               actual = half.step(image, half_marks, b).masks.to(at::kFloat);
    EXPECT_EQ(b.layers[0].scan.scalar_type(), at::kFloat);
    const auto same = (expected > 0).eq(actual > 0).to(at::kFloat).mean().item<float>();
    EXPECT_GE(same, 0.98F);  // 8 bits of mantissa through about 40 layers
}

TEST_F(ScanStep, MemoryIsAValueOfFixedSize) {
    const AusmNet net(test::weights(), at::kFloat);
    auto history = net.initial_history(1, {4, 6});
    const auto bytes = history.bytes();
    const auto image = random({1, 3, 64, 96}, at::kFloat);
    (void)net.step(image, {}, history);
    const auto saved = history;
    const auto scan = saved.layers[0].scan.clone();
    const Marks many{at::arange(64).unsqueeze(0), at::rand({1, 1, 64, 16, 24}), {}};
    (void)net.step(image, many, history);
    EXPECT_EQ(history.bytes(), bytes);
    EXPECT_TRUE(at::equal(saved.layers[0].scan, scan)) << "a step wrote into an older copy of the memory";
}

}  // namespace
}  // namespace ausm
