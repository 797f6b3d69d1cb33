// SPDX-License-Identifier: MIT
// Both decoders read the same normalised G.
#include "nn/nano/head.h"

namespace ausm::nano {

NanoHead::NanoHead(WeightMap& weights, const NetConfig& config, const PyramidChannels& channels)
    : norm_(weights, "ng", config.dim), pixel_decoder_(weights, config.dim, config.head.mask_dim, channels),
      mask_decoder_(weights, config.dim, config.head) {}

Prediction NanoHead::operator()(const at::Tensor& read, const Encoded& frame, const Positions& positions,
                                const at::Tensor& tracked, const at::Tensor& valid, HeadObserver* observer) const {
    const at::Tensor normed = norm_(read);                                             // [B, N, D]
    const at::Tensor features = pixel_decoder_(normed, frame.levels, positions.grid);  // [B, C, 4h, 4w]
    return mask_decoder_(tracked, normed, positions.code, features, valid, observer);
}

}  // namespace ausm::nano
