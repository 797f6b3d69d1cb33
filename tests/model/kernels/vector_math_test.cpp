// SPDX-License-Identifier: MIT
// The vectorisable exp, SiLU and softplus against <cmath> in double.
#include "kernels/vector_math.h"

#include <limits>

#include <gtest/gtest.h>

namespace ausm {
namespace {

constexpr int kSteps = 2'000'003;

template <class Function>
void for_each_argument(float low, float high, Function function) {
    for (int i = 0; i <= kSteps; ++i)
        function(static_cast<float>(low + (static_cast<double>(high) - low) * i / kSteps));
}

TEST(VectorMath, ExpIsWithinItsDocumentedRelativeError) {
    double worst = 0.0;
    for_each_argument(-87.0f, 88.0f, [&](float x) {
        const double exact = std::exp(static_cast<double>(x));
        worst = std::max(worst, std::fabs(fast_exp(x) - exact) / exact);
    });
    EXPECT_LT(worst, 2e-7);
}

TEST(VectorMath, ExpOutsideItsRangeStaysAtTheEnds) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    EXPECT_EQ(fast_exp(0.0f), 1.0f);
    EXPECT_EQ(fast_exp(-0.0f), 1.0f);
    EXPECT_EQ(fast_exp(-kInfinity), fast_exp(-87.0f));
    EXPECT_EQ(fast_exp(-1e30f), fast_exp(-87.0f));
    EXPECT_EQ(fast_exp(kInfinity), fast_exp(88.0f));
    EXPECT_TRUE(std::isfinite(fast_exp(88.0f)));
    EXPECT_TRUE(std::isnan(fast_exp(std::numeric_limits<float>::quiet_NaN())));
}

TEST(VectorMath, SoftplusKeepsItsRelativeErrorWhereItIsTiny) {
    double worst = 0.0;
    for_each_argument(-86.0f, 100.0f, [&](float x) {
        const double exact = std::log1p(std::exp(-std::fabs(static_cast<double>(x)))) + std::max(0.0, 1.0 * x);
        worst = std::max(worst, std::fabs(fast_softplus(x) - exact) / exact);
    });
    EXPECT_LT(worst, 4e-7);  // exp, the division and the series each add about one rounding
}

TEST(VectorMath, SiluAndSigmoidFollowTheirDefinitions) {
    double worst_silu = 0.0;
    double worst_sigmoid = 0.0;
    for_each_argument(-80.0f, 80.0f, [&](float x) {
        const double exact = 1.0 / (1.0 + std::exp(-static_cast<double>(x)));
        worst_sigmoid = std::max(worst_sigmoid, std::fabs(fast_sigmoid(x) - exact) / exact);
        worst_silu = std::max(worst_silu, std::fabs(fast_silu(x) - exact * x) / std::max(1e-30, std::fabs(exact * x)));
    });
    EXPECT_LT(worst_sigmoid, 4e-7);
    EXPECT_LT(worst_silu, 4e-7);
}

}  // namespace
}  // namespace ausm
