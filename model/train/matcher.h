// SPDX-License-Identifier: MIT
// Which detection query should find which new object (arXiv 2508.19242, section 2.3; the costs are Mask2Former's).
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm::train {

/// Pairs over all frames of a batch, sorted by frame; three int64 vectors of one length.
struct Pairs {
    at::Tensor frame, query, object;

    [[nodiscard]] std::int64_t count() const { return frame.size(0); }
};

struct MatchWeights {
    double presence = 2, bce = 5, dice = 5;
};

/// presence: [F, Q] logits; masks: [F, Q, h, w] logits; truth: [F, K, h, w] 0 .. 1; wanted: [F, K] bool: objects that
/// some query should find. Each frame's wanted objects get a query each so that the sum of
/// presence * -sigmoid(presence) + bce * BCE + dice * dice is smallest; masks are compared at half their resolution.
/// Throws c10::Error when a frame wants more objects than there are queries. Without gradient.
[[nodiscard]] Pairs match(const at::Tensor& presence, const at::Tensor& masks, const at::Tensor& truth,
                          const at::Tensor& wanted, const MatchWeights& weights);

}  // namespace ausm::train
