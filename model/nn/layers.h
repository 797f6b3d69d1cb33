// SPDX-License-Identifier: MIT
// The small layers that every part of the network is made of. Each holds weights, never state.
#pragma once

#include "nn/grid.h"
#include "nn/weight_map.h"
#include "ops/conv2d.h"
#include "ops/inverted_residual.h"

#include <optional>
#include <string>

namespace ausm {

/// tokens [B, N, C] as a channels-last picture [B, C, rows, columns]; a view.
at::Tensor to_picture(const at::Tensor& tokens, Grid grid);
/// picture [B, C, h, w] as tokens [B, h*w, C]; a view when it is channels-last.
at::Tensor to_tokens(const at::Tensor& picture);

/// y = x W^T + b over the last dimension.
class Linear {
public:
    Linear(WeightMap& weights, const std::string& name, std::int64_t in, std::int64_t out, bool bias = true);
    at::Tensor operator()(const at::Tensor& x) const;

private:
    at::Tensor weight_, bias_;
};

/// Layer normalisation over the last dimension, eps 1e-5.
class LayerNorm {
public:
    LayerNorm(WeightMap& weights, const std::string& name, std::int64_t dim);
    at::Tensor operator()(const at::Tensor& x) const;

private:
    at::Tensor weight_, bias_;
};

/// 2-D convolution with bias and an activation. `same_even` is TensorFlow's "same" padding for even inputs and stride
/// 2: (k - 2) / 2 before and one more after.
class Conv2d {
public:
    struct Shape {
        std::int64_t in = 0, out = 0, kernel = 1, stride = 1, groups = 1;
    };
    Conv2d(WeightMap& weights, const std::string& name, Shape shape, ops::Activation activation);
    /// x: [B, in, h, w]; add: [B, out, h', w'], added before the activation.
    at::Tensor operator()(const at::Tensor& x, const std::optional<at::Tensor>& add = std::nullopt) const;

private:
    ops::Conv2dWeights weights_;
};

/// The weights of one convolution, by name.
ops::ConvLayer take_conv(WeightMap& weights, const std::string& name, Conv2d::Shape shape, ops::Activation activation);

/// Linear -> ReLU -> Linear.
class FeedForward {
public:
    FeedForward(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t hidden);
    at::Tensor operator()(const at::Tensor& x) const;

private:
    Linear expand_, project_;
};

/// Linear -> depthwise 3x3 over the grid -> ReLU -> Linear, plus the residual.
class GridFeedForward {
public:
    GridFeedForward(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t hidden);
    /// x, residual: [B, N, D].
    at::Tensor operator()(const at::Tensor& x, Grid grid, const at::Tensor& residual) const;

private:
    ops::InvertedResidualWeights weights_;
};

}  // namespace ausm
