// SPDX-License-Identifier: MIT
// The head of ausm-nano: a feature pyramid for the masks, three decoder layers that look at G alone.
#pragma once

#include "nn/head.h"
#include "nn/nano/mask_decoder.h"
#include "nn/nano/pixel_decoder.h"

namespace ausm::nano {

class NanoHead final : public Head {
public:
    NanoHead(WeightMap& weights, const NetConfig& config, const PyramidChannels& channels);
    /// The observer sees masks at 1/8.
    [[nodiscard]] Prediction operator()(const at::Tensor& read, const Encoded& frame, const Positions& positions,
                                        const at::Tensor& tracked, const at::Tensor& valid,
                                        HeadObserver* observer) const override;

private:
    LayerNorm norm_;
    FpnPixelDecoder pixel_decoder_;
    MaskDecoder mask_decoder_;
};

}  // namespace ausm::nano
