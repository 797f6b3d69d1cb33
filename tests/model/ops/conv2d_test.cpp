// SPDX-License-Identifier: MIT
// The fused, packed convolution against LibTorch's plain one with explicit padding.
#include "ops/conv2d.h"
#include "ops/cpu_features.h"
#include "reference.h"

#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>

namespace ausm::ops {
namespace {

struct Case {
    std::int64_t in, out, kernel, stride, groups, height, width;
    Activation activation;
};

at::Tensor expected(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const Case& c) {
    const auto k = c.kernel;
    const auto padded = c.stride == 1 ? at::constant_pad_nd(x, {k / 2, k / 2, k / 2, k / 2})
                                      : at::constant_pad_nd(x, {(k - 2) / 2, (k - 1) / 2, (k - 2) / 2, (k - 1) / 2});
    const auto y = at::conv2d(padded, weight, bias, c.stride, at::IntArrayRef({0, 0}), 1, c.groups);
    return c.activation == Activation::kRelu6 ? at::clamp(y, 0, 6) : c.activation == Activation::kRelu ? y.relu() : y;
}

/// To bfloat16, while it lives.
struct Autocast {
    Autocast() {
        at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
        at::autocast::set_autocast_enabled(at::kCPU, true);
    }
    ~Autocast() { at::autocast::set_autocast_enabled(at::kCPU, false); }
    Autocast(const Autocast&) = delete;
    Autocast& operator=(const Autocast&) = delete;
};

class Conv2dCase : public testing::TestWithParam<Case> {};

TEST_P(Conv2dCase, EqualsThePlainOne) {
    const auto c = GetParam();
    at::manual_seed(1);
    const auto weight = at::randn({c.out, c.in / c.groups, c.kernel, c.kernel}), bias = at::randn({c.out});
    const Conv2dWeights weights({weight, bias, c.activation}, c.stride, c.groups);
    for (const std::int64_t batch : {1, 3}) {
        const auto x = at::randn({batch, c.in, c.height, c.width}).contiguous(at::MemoryFormat::ChannelsLast);
        const auto plain = expected(x, weight, bias, c);
        EXPECT_CLOSE(conv2d(x, weights, std::nullopt), plain, 1e-5) << "with gradients";
        const c10::NoGradGuard no_grad;
        EXPECT_CLOSE(conv2d(x, weights, std::nullopt), plain, 1e-5) << "packed";
        if (c.activation == Activation::kNone) {
            const auto other = at::randn_like(plain);
            EXPECT_CLOSE(conv2d(x, weights, other), plain + other, 1e-5) << "with a sum";
        }
    }
}

/// Frozen weights in a training with bfloat16.
TEST_P(Conv2dCase, FollowsAutocast) {
    if (!cpu_has_bfloat16())
        GTEST_SKIP() << "this processor has no bfloat16";
    const auto c = GetParam();
    at::manual_seed(1);
    const auto weight = at::randn({c.out, c.in / c.groups, c.kernel, c.kernel}), bias = at::randn({c.out});
    const auto half = [](const at::Tensor& exact) { return exact.to(at::kBFloat16); };
    const Conv2dWeights weights({weight, bias, c.activation}, c.stride, c.groups);
    const Conv2dWeights rounded({half(weight), half(bias), c.activation}, c.stride, c.groups);
    const auto x = at::randn({2, c.in, c.height, c.width}).contiguous(at::MemoryFormat::ChannelsLast);
    const c10::NoGradGuard no_grad;
    const auto made = [&] {
        const Autocast autocast;
        return conv2d(x, weights, std::nullopt);
    }();
    EXPECT_EQ(made.scalar_type(), at::kBFloat16);
    EXPECT_TRUE(at::equal(made, conv2d(half(x), rounded, std::nullopt)));
    EXPECT_EQ(conv2d(x, weights, std::nullopt).scalar_type(), at::kFloat);
}

/// With hardware or without it: sums in float32, rounded once.
TEST_P(Conv2dCase, InBfloat16EqualsTheRoundedOne) {
    const auto c = GetParam();
    at::manual_seed(1);
    const auto half = [](const at::Tensor& exact) { return exact.to(at::kBFloat16); };
    const auto weight = half(at::randn({c.out, c.in / c.groups, c.kernel, c.kernel})), bias = half(at::randn({c.out}));
    const Conv2dWeights weights({weight, bias, c.activation}, c.stride, c.groups);
    const auto x = half(at::randn({2, c.in, c.height, c.width})).contiguous(at::MemoryFormat::ChannelsLast);
    const auto plain = expected(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble), c);
    const c10::NoGradGuard no_grad;
    const auto made = conv2d(x, weights, std::nullopt);
    EXPECT_EQ(made.scalar_type(), at::kBFloat16);
    EXPECT_CLOSE(made, plain, 0.005);
    if (c.activation == Activation::kNone) {
        const auto other = half(at::randn(plain.sizes()).contiguous(at::MemoryFormat::ChannelsLast));
        EXPECT_CLOSE(conv2d(x, weights, other), plain + other, 0.01) << "with a sum";
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Conv2dCase,
                         testing::Values(Case{3, 32, 3, 2, 1, 32, 64, Activation::kRelu6},
                                         Case{16, 96, 1, 1, 1, 7, 9, Activation::kRelu6},
                                         Case{96, 96, 3, 2, 96, 16, 32, Activation::kRelu6},
                                         Case{144, 144, 5, 2, 144, 16, 8, Activation::kRelu6},
                                         Case{240, 240, 5, 1, 240, 5, 3, Activation::kRelu},
                                         Case{96, 24, 1, 1, 1, 8, 8, Activation::kNone},
                                         Case{64, 64, 3, 1, 1, 11, 13, Activation::kNone}));

TEST(Conv2d, ManySizesInTurnStayRight) {
    at::manual_seed(2);
    const c10::NoGradGuard no_grad;
    const auto weight = at::randn({8, 8, 3, 3}), bias = at::randn({8});
    const Conv2dWeights weights({weight, bias}, 1, 1);
    for (int turn = 0; turn < 2; ++turn)
        for (std::int64_t size = 4; size < 12; ++size) {
            const auto x = at::randn({1, 8, size, size + 1}).contiguous(at::MemoryFormat::ChannelsLast);
            EXPECT_CLOSE(conv2d(x, weights, std::nullopt), at::conv2d(x, weight, bias, 1, at::IntArrayRef({1, 1})),
                         1e-5);
        }
}

TEST(Conv2d, EvenKernelsAndOtherStridesAreRefused) {
    EXPECT_THROW(Conv2dWeights({at::randn({4, 4, 2, 2}), at::randn({4})}, 1, 1), c10::Error);
    EXPECT_THROW(Conv2dWeights({at::randn({4, 4, 3, 3}), at::randn({4})}, 3, 1), c10::Error);
}

}  // namespace
}  // namespace ausm::ops
