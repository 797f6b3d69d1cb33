// SPDX-License-Identifier: MIT
// The assignment against all permutations, with costs by their definition.
#include "train/matcher.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace ausm::train {
namespace {

double cost(const at::Tensor& presence, const at::Tensor& mask, const at::Tensor& truth) {
    const auto x = at::avg_pool2d(mask.unsqueeze(0), {2, 2}), g = at::avg_pool2d(truth.unsqueeze(0), {2, 2});
    const auto p = x.sigmoid();
    const auto bce = -(g * p.log() + (1 - g) * (1 - p).log()).mean();
    const auto dice = 1 - (2 * (p * g).sum() + 1) / (p.sum() + g.sum() + 1);
    return (5 * bce + 5 * dice - 2 * presence.sigmoid()).item<double>();
}

TEST(Matcher, CheapestOfAllAssignments) {
    at::manual_seed(5);
    const std::int64_t frames = 6, queries = 5, objects = 3;
    const auto presence = at::randn({frames, queries}), masks = at::randn({frames, queries, 8, 12}) * 3;
    const auto truth = (at::rand({frames, objects, 8, 12}) > 0.6).to(at::kFloat);
    const auto wanted = at::rand({frames, objects}) > 0.3;
    const auto pairs = match(presence, masks, truth, wanted, {});
    EXPECT_EQ(pairs.count(), wanted.sum().item<std::int64_t>());
    for (std::int64_t f = 0; f < frames; ++f) {
        double ours = 0, best = 1e9;
        std::vector<std::int64_t> names;
        for (std::int64_t k = 0; k < objects; ++k)
            if (wanted[f][k].item<bool>())
                names.push_back(k);
        const auto of = [&](std::int64_t q, std::int64_t k) { return cost(presence[f][q], masks[f][q], truth[f][k]); };
        for (std::int64_t i = 0; i < pairs.count(); ++i)
            if (pairs.frame[i].item<std::int64_t>() == f)
                ours += of(pairs.query[i].item<std::int64_t>(), pairs.object[i].item<std::int64_t>());
        std::vector<std::int64_t> order(queries);
        std::iota(order.begin(), order.end(), 0);
        do {
            double sum = 0;
            for (std::size_t i = 0; i < names.size(); ++i)
                sum += of(order[i], names[i]);
            best = std::min(best, sum);
        } while (std::next_permutation(order.begin(), order.end()));
        EXPECT_NEAR(ours, best, 1e-4) << "frame " << f;
    }
}

TEST(Matcher, NothingWanted) {
    const auto pairs =
        match(at::zeros({2, 4}), at::zeros({2, 4, 4, 4}), at::zeros({2, 3, 4, 4}), at::zeros({2, 3}, at::kBool), {});
    EXPECT_EQ(pairs.count(), 0);
    EXPECT_EQ(pairs.frame.scalar_type(), at::kLong);
}

TEST(Matcher, ANetworkThatSaysNaNIsMatchedSomehow) {
    const auto pairs = match(at::full({1, 2}, NAN), at::full({1, 2, 4, 4}, NAN), at::ones({1, 1, 4, 4}),
                             at::ones({1, 1}, at::kBool), {});
    EXPECT_EQ(pairs.count(), 1);
}

TEST(Matcher, MoreObjectsThanQueriesIsAnError) {
    EXPECT_THROW((void)match(at::zeros({1, 2}), at::zeros({1, 2, 4, 4}), at::zeros({1, 3, 4, 4}),
                             at::ones({1, 3}, at::kBool), {}),
                 c10::Error);
}

}  // namespace
}  // namespace ausm::train
