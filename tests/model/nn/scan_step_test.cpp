// SPDX-License-Identifier: MIT
// Parallel equals recurrent: what training over whole clips rests on (ausm.md section 6).
#include "nn/ausm_net.h"
#include "nn/position_code.h"
#include "reference.h"

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
