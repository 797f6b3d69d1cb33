// SPDX-License-Identifier: MIT
// 2-D convolution + bias + sum + activation in one call, with weights packed for the input's size (CPU).
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace ausm::ops {

enum class Activation { kNone, kRelu, kRelu6 };

/// Weight [out, in / groups, k, k], or [out, in] for 1x1; bias [out]; and what follows the sum.
struct ConvLayer {
    at::Tensor weight, bias;
    Activation activation = Activation::kNone;
};

/// Weights of one convolution and their packed forms. Packing fits one input size and one OpenMP thread count (a packed
/// weight under another count is up to three times slower).
class Conv2dWeights {
public:
    /// k odd; stride 1 ("same" padding) or 2 (TensorFlow's "same" padding of even inputs: (k - 2) / 2 before, one more
    /// after).
    Conv2dWeights(ConvLayer layer, std::int64_t stride, std::int64_t groups);

private:
    friend at::Tensor conv2d(const at::Tensor& x, const Conv2dWeights& weights, const std::optional<at::Tensor>& add);

    /// The same in another precision.
    Conv2dWeights(const Conv2dWeights& exact, at::ScalarType dtype);
    [[nodiscard]] bool follow_autocast(const at::Tensor& x) const;
    [[nodiscard]] const Conv2dWeights& rounded() const;
    [[nodiscard]] at::Tensor packed(at::IntArrayRef input_sizes) const;
    /// The weight as the convolution wants it. A weight in training stays as it came, because it will change: its shape
    /// is made anew each time, and it is never packed.
    [[nodiscard]] at::Tensor kernel() const { return trained_ ? shaped(weight_) : weight_; }
    [[nodiscard]] at::Tensor shaped(const at::Tensor& weight) const;

    at::Tensor weight_, bias_;
    bool trained_;
    bool widened_;  // from bfloat16 to float32
    std::int64_t stride_, padding_, groups_;
    Activation activation_;
    struct Packed {
        std::mutex mutex;  // workers share some weights
        std::map<std::vector<std::int64_t>, at::Tensor> by_input_size;
        std::unique_ptr<const Conv2dWeights> rounded;
    };
    std::unique_ptr<Packed> packed_ = std::make_unique<Packed>();
};

/// x: [B, in, h, w] -> [B, out, ceil(h / stride), ceil(w / stride)] = activation(conv(x) + bias + add). The fast path
/// (oneDNN, fused) is taken on the CPU in float32 and bfloat16 when no gradient is asked for; else plain LibTorch. On a
/// processor without bfloat16 its convolutions are computed in float32 and rounded, as hardware does: LibTorch's own loops
/// there take fifty times as long. Weights that are not trained follow autocast to bfloat16 where the processor has it, like
/// those of LibTorch's own operators. Differentiable.
at::Tensor conv2d(const at::Tensor& x, const Conv2dWeights& weights, const std::optional<at::Tensor>& add);

}  // namespace ausm::ops
