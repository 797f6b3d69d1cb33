// SPDX-License-Identifier: MIT
// Less work, the same answers: places that nobody has taken are left out, and keys and values are kept.
#include "nn/ausm_net.h"
#include "weights_with.h"

#include <c10/core/GradMode.h>

#include <array>

namespace ausm {
namespace {

constexpr Grid kGrid{4, 6};

class AnchorsTest : public testing::Test {
protected:
    void SetUp() override { at::manual_seed(5); }

    [[nodiscard]] at::Tensor tokens(std::int64_t batch = 1) const {
        return at::randn({batch, kGrid.tokens(), net_.config().dim}, at::kDouble);
    }
    /// Masks of one frame that reads them.
    [[nodiscard]] at::Tensor read(const Anchors& anchors) const {
        return net_.decode(net_.encode(images_), history_, anchors, positions_, {}).masks;
    }

    c10::NoGradGuard no_grad_;
    AusmNet net_{test::weights_with_anchors(2, 0.05), at::kDouble};
    Positions positions_ = net_.positions(kGrid);
    at::Tensor images_ = at::randn({2, 3, kGrid.rows * 16, kGrid.columns * 16}, at::kDouble);
    at::Tensor history_ = at::randn({2, kGrid.tokens(), net_.config().dim}, at::kDouble);
    Anchors none_ = net_.initial_history(2, kGrid).anchors;
};

TEST_F(AnchorsTest, PlacesThatNobodyHasTakenAreLeftOut) {
    EXPECT_EQ(none_.taken().places(), 0);
    const auto one = none_.with(0, tokens(2));
    EXPECT_EQ(one.taken().places(), 1);
    EXPECT_FALSE(one.taken().valid.defined()) << "no mask where all are valid";
    EXPECT_FALSE(one.taken().mask(at::kDouble).defined());
    const auto of_second = none_.with(0, tokens(2), at::tensor({0, 1}, at::kLong).ne(0));
    EXPECT_EQ(of_second.taken().places(), 1);
    EXPECT_TRUE(at::equal(of_second.taken().valid, at::tensor({0, 1}, at::kLong).ne(0).unsqueeze(1)));
    EXPECT_EQ(none_.with(1, tokens(2)).taken().places(), 2) << "the second place is behind the first";
    for (const auto& anchors : {none_, one, of_second, none_.with(1, tokens(2))})
        EXPECT_CLOSE(read(anchors.taken()), read(anchors), 1e-9);
}

TEST_F(AnchorsTest, MemoriesSayTheSameAndEndWithAChange) {
    const auto one = none_.with(0, tokens(2)), kept = net_.remember(one, positions_);
    EXPECT_TRUE(one.memories.empty());
    ASSERT_EQ(kept.memories.size(), 2U);
    EXPECT_EQ(kept.memories[0].key.sizes(), at::IntArrayRef({2, 3, 2 * kGrid.tokens(), 64}));
    EXPECT_CLOSE(read(kept), read(one), 1e-9);
    EXPECT_CLOSE(read(kept.taken()), read(one), 1e-9);
    EXPECT_EQ(kept.bytes(), one.bytes());
    EXPECT_TRUE(kept.with(1, tokens(2)).memories.empty()) << "those of another anchor";
    EXPECT_TRUE(kept.without(0).memories.empty());
    EXPECT_TRUE(net_.remember({}, positions_).memories.empty());
}

TEST_F(AnchorsTest, StreamsAreJoinedRowByRow) {
    const auto first = net_.remember(net_.initial_history(1, kGrid).anchors.with(0, tokens()), positions_),
               second = net_.remember(net_.initial_history(1, kGrid).anchors, positions_);
    const std::array both{first, second};
    const auto batch = joined(both);
    EXPECT_TRUE(at::equal(batch.tokens, at::cat({first.tokens, second.tokens})));
    EXPECT_TRUE(at::equal(batch.valid, at::tensor({1, 0, 0, 0}, at::kLong).view({2, 2}).ne(0)));
    ASSERT_EQ(batch.memories.size(), 2U);
    EXPECT_TRUE(at::equal(batch.memories[1].value[0], first.memories[1].value[0]));
    const std::array one_bare{first, net_.initial_history(1, kGrid).anchors};
    EXPECT_TRUE(joined(one_bare).memories.empty());
    EXPECT_EQ(joined(std::span(both).first(1)).memories.size(), 2U);
    const std::array nothing{Anchors{}, Anchors{}};
    EXPECT_EQ(joined(nothing).places(), 0);
}

}  // namespace
}  // namespace ausm
