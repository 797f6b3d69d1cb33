// SPDX-License-Identifier: MIT
// 2-D convolution + bias + sum + activation in one call, with weights packed for the input's size (CPU).
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <optional>
#include <vector>

namespace ausm::ops {

enum class Activation { kNone, kRelu, kRelu6 };

/// Weights of one convolution and their packed forms. Packing fits one input size and one thread count (a packed weight
/// under another count is up to three times slower), so it belongs to the one thread that runs the network: thread-bound.
class Conv2dWeights {
public:
    /// weight: [out, in / groups, k, k], k odd; bias: [out]; stride 1 ("same" padding) or 2 (TensorFlow's "same" padding
    /// of even inputs: (k - 2) / 2 before, one more after).
    Conv2dWeights(at::Tensor weight, at::Tensor bias, std::int64_t stride, std::int64_t groups, Activation activation);

private:
    friend at::Tensor conv2d(const at::Tensor& x, const Conv2dWeights& weights, const std::optional<at::Tensor>& add);

    [[nodiscard]] const at::Tensor& packed(at::IntArrayRef input_sizes) const;

    at::Tensor weight_, bias_;
    std::int64_t stride_, padding_, groups_;
    Activation activation_;
    mutable std::map<std::vector<std::int64_t>, at::Tensor> packed_;  // by input size
};

/// x: [B, in, h, w] -> [B, out, ceil(h / stride), ceil(w / stride)] = activation(conv(x) + bias + add). The fast path
/// (oneDNN, fused) is taken on the CPU in float32 and bfloat16 when no gradient is asked for; else plain LibTorch.
at::Tensor conv2d(const at::Tensor& x, const Conv2dWeights& weights, const std::optional<at::Tensor>& add);

}  // namespace ausm::ops
