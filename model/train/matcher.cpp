// SPDX-License-Identifier: MIT
// Costs of all pairs by products of matrices on the network's device, the assignment frame by frame on the CPU.
#include "train/matcher.h"

#include "math/assignment.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace ausm::train {
namespace {

/// [F, Q, K]
at::Tensor costs(const at::Tensor& presence, const at::Tensor& masks, const at::Tensor& truth,
                 const MatchWeights& weights) {
    const auto logits = at::avg_pool2d(masks.to(at::kFloat), {2, 2}).flatten(2);   // [F, Q, P]
    const auto wanted = at::avg_pool2d(truth, {2, 2}).flatten(2).transpose(1, 2);  // [F, P, K]
    const auto probability = logits.sigmoid();
    // BCE with the truth g is softplus(-x) g + softplus(x) (1 - g), and softplus(-x) = softplus(x) - x.
    const auto outside = at::softplus(logits);
    const auto bce = (outside.sum(-1, true) - at::bmm(logits, wanted)) / logits.size(2);
    const auto dice =
        1 - (2 * at::bmm(probability, wanted) + 1) / (probability.sum(-1, true) + wanted.sum(1, true) + 1);
    return weights.bce * bce + weights.dice * dice - weights.presence * presence.to(at::kFloat).sigmoid().unsqueeze(-1);
}

}  // namespace

Pairs match(const at::Tensor& presence, const at::Tensor& masks, const at::Tensor& truth, const at::Tensor& wanted,
            const MatchWeights& weights) {
    const c10::NoGradGuard no_grad;
    // A network that says NaN is matched somehow: the loss will tell.
    const auto cost = costs(presence, masks, truth, weights).to(at::kCPU, at::kDouble).nan_to_num(0, 0, 0).contiguous();
    const auto want = wanted.to(at::kCPU).contiguous();
    const auto queries = cost.size(1), objects = cost.size(2);
    std::vector<std::int64_t> frames, chosen, found;
    for (std::int64_t frame = 0; frame < cost.size(0); ++frame) {
        const auto* row = want.const_data_ptr<bool>() + frame * objects;
        std::vector<std::vector<double>> gain;
        std::vector<std::int64_t> names;
        for (std::int64_t k = 0; k < objects; ++k) {
            if (!row[k])
                continue;
            names.push_back(k);
            auto& gains = gain.emplace_back();
            for (std::int64_t q = 0; q < queries; ++q)
                gains.push_back(-cost.const_data_ptr<double>()[(frame * queries + q) * objects + k]);
        }
        TORCH_CHECK(static_cast<std::int64_t>(names.size()) <= queries, "match: frame ", frame, " wants ", names.size(),
                    " objects, there are ", queries, " queries");
        const auto columns = math::best_assignment(gain);
        for (std::size_t i = 0; i < names.size(); ++i) {
            frames.push_back(frame);
            chosen.push_back(columns[i]);
            found.push_back(names[i]);
        }
    }
    const auto tensor = [&](const std::vector<std::int64_t>& values) {
        return at::tensor(values, at::kLong).to(masks.device());
    };
    return {tensor(frames), tensor(chosen), tensor(found)};
}

}  // namespace ausm::train
