// SPDX-License-Identifier: MIT
// 1x1 expand -> depthwise -> 1x1 project, the block of MobileNetV2 (arXiv 1801.04381), shared by the workers.
#pragma once

#include "ops/conv2d.h"

#include <optional>
#include <span>
#include <vector>

namespace ausm::ops {

/// Expanded channels do not meet before the projection, which is linear: each worker takes its share of them through all
/// three layers, and the block's result is the sum of the workers' projections. One synchronisation a block.
class InvertedResidualWeights {
public:
    /// expand: dense, 1x1 in most blocks, a stem's 3x3 in the first; project: 1x1, without activation.
    InvertedResidualWeights(ConvLayer expand, std::int64_t expand_stride, ConvLayer depthwise, std::int64_t stride,
                            ConvLayer project);

private:
    friend at::Tensor inverted_residual(const at::Tensor& x, const InvertedResidualWeights& weights,
                                        const std::optional<at::Tensor>& add);
    struct Share {
        Conv2dWeights expand, depthwise, project;
    };
    /// For `count` workers.
    [[nodiscard]] std::span<const Share> shares(std::int64_t count) const;

    ConvLayer expand_, depthwise_, project_;
    std::int64_t expand_stride_, stride_;
    Share whole_;  // for one worker, never replaced: what a GPU has recorded refers to its weights
    mutable std::vector<Share> shares_;  // for the number of workers above one that was seen last: thread-bound
};

/// x: [B, in, h, w] -> [B, out, h', w'] = project(depthwise(expand(x))) + add.
at::Tensor inverted_residual(const at::Tensor& x, const InvertedResidualWeights& weights,
                             const std::optional<at::Tensor>& add);

}  // namespace ausm::ops
