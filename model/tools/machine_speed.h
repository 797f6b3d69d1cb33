// SPDX-License-Identifier: MIT
// How fast this machine computes with LibTorch: what the network's speed is held against.
#pragma once

#include "ausm.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace ausm::tools {

/// Operations per second (2 for a multiplication with its addition), on normally distributed numbers: a GPU that
/// multiplies zeros or ones takes less power, keeps a higher clock, and is faster than any network finds it.
struct MachineRates {
    double mm = 0;    ///< at::mm of two 1024 x 1024 matrices, 4096 x 4096 on a GPU
    double conv = 0;  ///< 3x3 convolution of 64 to 64 channels at 64 x 112, channels-last
};

/// Measures in rounds, which are spread over the work that the rates are held against: what else the machine does then
/// hits both alike. Thread-bound: the team is the caller's, and LibTorch's thread count for the caller is set.
class MachineSpeed {
public:
    /// Computes in the model's precision, on its device, on the CPU with a team of as many threads. Throws
    /// std::invalid_argument for other precisions than fp32 and bf16.
    explicit MachineSpeed(const ModelInfo& model);
    [[nodiscard]] std::int64_t mm_side() const { return mm_side_; }

    /// One more round, about a quarter of a second.
    void measure();
    /// Medians of all repetitions of all rounds; zero before the first.
    [[nodiscard]] MachineRates rates() const;
    /// Medians round by round.
    [[nodiscard]] const std::vector<MachineRates>& rounds() const { return rounds_; }

private:
    at::TensorOptions options_;
    int threads_;
    std::int64_t mm_side_;
    at::Tensor a_, b_;               // factors of at::mm
    at::Tensor picture_, kernel_;    // of the convolution
    std::vector<double> mm_, conv_;  // seconds
    std::vector<MachineRates> rounds_;
};

/// The upper one of two in the middle. `values` must not be empty.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace ausm::tools
