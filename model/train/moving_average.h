// SPDX-License-Identifier: MIT
// The exponential moving average of the weights: what is evaluated and shipped.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

namespace ausm::train {

class MovingAverage {
public:
    /// Starts as a copy of the weights.
    MovingAverage(const std::map<std::string, at::Tensor>& weights, double decay);
    /// After step number `step` (from 0): average += (1 - d) (weight - average), d = min(decay, (1 + step) / (10 + step)).
    void update(const std::map<std::string, at::Tensor>& weights, std::int64_t step);
    [[nodiscard]] const std::map<std::string, at::Tensor>& tensors() const { return average_; }

private:
    std::map<std::string, at::Tensor> average_;
    double decay_;
};

}  // namespace ausm::train
