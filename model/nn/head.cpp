// SPDX-License-Identifier: MIT
// Which heads there are.
#include "nn/head.h"

#include "nn/nano/head.h"

#include <stdexcept>

namespace ausm {

void HeadObserver::before_layer(const std::function<Prediction()>& /*answer*/) {}

at::Tensor HeadObserver::blocked(const at::Tensor& by_masks) { return by_masks; }

std::unique_ptr<Head> make_head(WeightMap& weights, const NetConfig& config, const PyramidChannels& channels) {
    if (config.head.kind == "nano")
        return std::make_unique<nano::NanoHead>(weights, config, channels);
    throw std::runtime_error("unknown head '" + config.head.kind + "'");
}

}  // namespace ausm
