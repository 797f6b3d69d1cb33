// SPDX-License-Identifier: MIT
// In the weights' own precision and on their device.
#include "train/moving_average.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>

namespace ausm::train {

MovingAverage::MovingAverage(const std::map<std::string, at::Tensor>& weights, double decay) : decay_(decay) {
    for (const auto& [name, weight] : weights)
        average_[name] = weight.detach().clone();
}

void MovingAverage::update(const std::map<std::string, at::Tensor>& weights, std::int64_t step) {
    const c10::NoGradGuard no_grad;
    const auto n = static_cast<double>(step);
    const auto decay = std::min(decay_, (1 + n) / (10 + n));
    std::vector<at::Tensor> averages, now;
    for (const auto& [name, average] : average_) {
        averages.push_back(average);
        now.push_back(weights.at(name));
    }
    at::_foreach_lerp_(averages, now, 1 - decay);
}

}  // namespace ausm::train
