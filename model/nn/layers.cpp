// SPDX-License-Identifier: MIT
// Thin wrappers around LibTorch's functions; the only fast path of its own is the convolution (ops/conv2d.h).
#include "nn/layers.h"

#include <ATen/ATen.h>

namespace ausm {

at::Tensor to_picture(const at::Tensor& tokens, Grid grid) {
    return tokens.view({tokens.size(0), grid.rows, grid.columns, tokens.size(2)}).permute({0, 3, 1, 2});
}

at::Tensor to_tokens(const at::Tensor& picture) { return picture.permute({0, 2, 3, 1}).flatten(1, 2); }

Linear::Linear(WeightMap& weights, const std::string& name, std::int64_t in, std::int64_t out, bool bias)
    : weight_(weights.take(name + ".weight", {out, in})) {
    if (bias)
        bias_ = weights.take(name + ".bias", {out});
}

at::Tensor Linear::operator()(const at::Tensor& x) const { return at::linear(x, weight_, bias_); }

LayerNorm::LayerNorm(WeightMap& weights, const std::string& name, std::int64_t dim)
    : weight_(weights.take(name + ".weight", {dim})), bias_(weights.take(name + ".bias", {dim})) {}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
    return at::layer_norm(x, {x.size(-1)}, weight_, bias_, 1e-5);
}

Conv2d::Conv2d(WeightMap& weights, const std::string& name, Shape shape, ops::Activation activation)
    : weights_(weights.take(name + ".weight", {shape.out, shape.in / shape.groups, shape.kernel, shape.kernel}),
               weights.take(name + ".bias", {shape.out}), shape.stride, shape.groups, activation) {}

at::Tensor Conv2d::operator()(const at::Tensor& x, const std::optional<at::Tensor>& add) const {
    return ops::conv2d(x, weights_, add);
}

FeedForward::FeedForward(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t hidden,
                         bool depthwise)
    : expand_(weights, name + ".a", dim, hidden), project_(weights, name + ".b", hidden, dim) {
    if (depthwise)
        depthwise_.emplace(weights, name + ".dw", Conv2d::Shape{hidden, hidden, 3, 1, hidden}, ops::Activation::kRelu);
}

at::Tensor FeedForward::operator()(const at::Tensor& x, Grid grid) const {
    const auto hidden = expand_(x);
    return project_(depthwise_ ? to_tokens((*depthwise_)(to_picture(hidden, grid))) : hidden.relu());
}

}  // namespace ausm
