// SPDX-License-Identifier: MIT
// Masks of objects row by row: as the network is given them, and as it answers.
#pragma once

#include "session/net_runner.h"

#include <cstdint>
#include <vector>

namespace ausm {

inline constexpr double kLogitMargin = 1e-6;  // of the probabilities 0 and 1

/// The rows below each other, [K, ...]; a view where they lie so already, which is the usual case: the objects of one
/// frame are those of the frame before.
at::Tensor stacked(const std::vector<at::Tensor>& rows);

/// The objects that an input marks, in one order.
struct MarkRows {
    std::vector<std::int64_t> slots, kinds;
    std::vector<at::Tensor> masks;  ///< [h4, w4] probabilities each

    void add(int slot, at::Tensor mask, MarkKind kind);
    /// An input without marks stays so when there are no rows.
    void put_into(NetInput& input) const;
};

/// Presence probabilities of all queries, on the host: NaN for every logit that is not finite, so that no comparison
/// with a bound holds for it.
at::Tensor presences(const NetPrediction& prediction);

/// Sigmoids of the first `count` objects' logits [count, h4, w4], and the cells of each row that are above one half
/// (kNotFinite: its logits are not all finite): as the device has computed them, or computed here.
struct MaskProbabilities {
    MaskProbabilities(const NetPrediction& prediction, std::int64_t count);
    at::Tensor values;
    std::vector<std::int64_t> cells;

private:
    void compute(const at::Tensor& logits);
};

}  // namespace ausm
