// SPDX-License-Identifier: MIT
// Thin wrappers; what is fast about them lives in ops/.
#include "nn/layers.h"

#include "ops/linear.h"

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

at::Tensor Linear::operator()(const at::Tensor& x) const { return ops::linear(x, weight_, bias_); }

LayerNorm::LayerNorm(WeightMap& weights, const std::string& name, std::int64_t dim)
    : weight_(weights.take(name + ".weight", {dim})), bias_(weights.take(name + ".bias", {dim})) {}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
    return at::layer_norm(x, {x.size(-1)}, weight_, bias_, 1e-5);
}

Conv2d::Conv2d(WeightMap& weights, const std::string& name, Shape shape, ops::Activation activation)
    : weights_(take_conv(weights, name, shape, activation), shape.stride, shape.groups) {}

at::Tensor Conv2d::operator()(const at::Tensor& x, const std::optional<at::Tensor>& add) const {
    return ops::conv2d(x, weights_, add);
}

ops::ConvLayer take_conv(WeightMap& weights, const std::string& name, Conv2d::Shape shape, ops::Activation activation) {
    return {weights.take(name + ".weight", {shape.out, shape.in / shape.groups, shape.kernel, shape.kernel}),
            weights.take(name + ".bias", {shape.out}), activation};
}

FeedForward::FeedForward(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t hidden)
    : expand_(weights, name + ".a", dim, hidden), project_(weights, name + ".b", hidden, dim) {}

at::Tensor FeedForward::operator()(const at::Tensor& x) const { return project_(expand_(x).relu()); }

namespace {

/// A linear layer over tokens is a 1x1 convolution over their grid.
ops::ConvLayer take_pointwise(WeightMap& weights, const std::string& name, std::int64_t in, std::int64_t out) {
    return {weights.take(name + ".weight", {out, in}), weights.take(name + ".bias", {out})};
}

}  // namespace

GridFeedForward::GridFeedForward(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t hidden)
    : weights_(take_pointwise(weights, name + ".a", dim, hidden), 1,
               take_conv(weights, name + ".dw", {hidden, hidden, 3, 1, hidden}, ops::Activation::kRelu), 1,
               take_pointwise(weights, name + ".b", hidden, dim)) {}

at::Tensor GridFeedForward::operator()(const at::Tensor& x, Grid grid, const at::Tensor& residual) const {
    return to_tokens(ops::inverted_residual(to_picture(x, grid), weights_, to_picture(residual, grid)));
}

}  // namespace ausm
