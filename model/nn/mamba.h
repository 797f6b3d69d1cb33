// SPDX-License-Identifier: MIT
// Mamba over time: every token is a sequence of its own (arXiv 2312.00752).
#pragma once

#include "nn/config.h"
#include "nn/history.h"
#include "nn/layers.h"

namespace ausm {

class Mamba {
public:
    Mamba(WeightMap& weights, const std::string& name, std::int64_t dim, const HistoryConfig& config);

    /// T frames at once. x: [B, T, N, D] -> [B, T, N, D]; `state` is the one before the first frame and becomes the
    /// one after the last. One frame is T = 1: the recurrence is the same function.
    at::Tensor scan(const at::Tensor& x, LayerState& state) const;

    /// All zeros.
    [[nodiscard]] LayerState initial_state(std::int64_t batch, std::int64_t tokens) const;

private:
    /// One frame in one kernel: on a GPU, and where the rows of the batch have their states apart.
    at::Tensor step(const at::Tensor& x, LayerState& state) const;

    std::int64_t inner_, states_, rank_;
    double dt_min_;
    Linear in_;
    at::Tensor conv_weight_, conv_bias_;  // [K, C], [C]
    at::Tensor x_weight_;                 // [R + 2 S, C] -> dt_low, B, C
    at::Tensor dt_weight_, dt_bias_;      // [C, R], [C]
    at::Tensor dt_columns_;               // [R, C], dt_weight_ transposed
    at::Tensor a_log_, a_, d_;            // [C, S]; [S, C] = -exp(A_log)^T, of weights that stay as they are; [C]
    Linear out_;
};

}  // namespace ausm
