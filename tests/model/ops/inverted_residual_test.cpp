// SPDX-License-Identifier: MIT
// Channels shared by workers give what three plain convolutions give; gradients flow through the whole one.
#include "ops/inverted_residual.h"
#include "ops/workers.h"
#include "reference.h"

#include <c10/core/InferenceMode.h>

namespace ausm::ops {
namespace {

struct Case {
    std::int64_t in, wide, out, kernel, expand_kernel, expand_stride, stride, height, width;
};

class InvertedResidualCase : public testing::TestWithParam<Case> {};

TEST_P(InvertedResidualCase, WorkersEqualPlainConvolutions) {
    const auto c = GetParam();
    at::manual_seed(5);
    const ConvLayer expand{at::randn({c.wide, c.in, c.expand_kernel, c.expand_kernel}), at::randn({c.wide}),
                           Activation::kRelu6},
        depthwise{at::randn({c.wide, 1, c.kernel, c.kernel}), at::randn({c.wide}), Activation::kRelu},
        project{at::randn({c.out, c.wide, 1, 1}), at::randn({c.out})};
    const InvertedResidualWeights weights(expand, c.expand_stride, depthwise, c.stride, project);
    const auto plain = [&](const at::Tensor& x, const ConvLayer& layer, std::int64_t stride) {
        const Conv2dWeights single(layer, stride, layer.weight.size(1) == 1 && x.size(1) > 1 ? x.size(1) : 1);
        return conv2d(x, single, std::nullopt);
    };
    const auto x = at::randn({2, c.in, c.height, c.width}).contiguous(at::MemoryFormat::ChannelsLast);
    const auto expected = plain(plain(plain(x, expand, c.expand_stride), depthwise, c.stride), project, 1);
    const auto add = at::randn_like(expected);
    EXPECT_CLOSE(inverted_residual(x, weights, add), expected + add, 1e-5) << "with gradients";
    const c10::InferenceMode inference;
    for (const int count : {1, 2, 3, 4, 2}) {  // 2 again: the shares follow the number of workers
        Workers workers(count);
        const LeadWorkers lead(workers);
        EXPECT_CLOSE(inverted_residual(x, weights, std::nullopt), expected, 2e-5) << count << " workers";
        EXPECT_CLOSE(inverted_residual(x, weights, add), expected + add, 2e-5) << count << " workers, with a sum";
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, InvertedResidualCase,
                         testing::Values(Case{3, 32, 16, 3, 3, 2, 1, 16, 32}, Case{16, 96, 24, 3, 1, 1, 2, 8, 16},
                                         Case{24, 144, 40, 5, 1, 1, 2, 8, 8}, Case{112, 672, 112, 5, 1, 1, 1, 4, 7},
                                         Case{6, 20, 10, 3, 1, 1, 1, 5, 3}));

TEST(InvertedResidual, FewerVectorsThanWorkers) {
    at::manual_seed(6);
    const c10::InferenceMode inference;
    const InvertedResidualWeights weights({at::randn({8, 4, 1, 1}), at::randn({8})}, 1,
                                          {at::randn({8, 1, 3, 3}), at::randn({8})}, 1,
                                          {at::randn({4, 8, 1, 1}), at::randn({4})});
    const auto x = at::randn({1, 4, 6, 6}).contiguous(at::MemoryFormat::ChannelsLast);
    const auto one = inverted_residual(x, weights, x);
    Workers workers(3);
    const LeadWorkers lead(workers);
    EXPECT_CLOSE(inverted_residual(x, weights, x), one, 1e-5);
}

}  // namespace
}  // namespace ausm::ops
