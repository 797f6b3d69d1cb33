// SPDX-License-Identifier: MIT
// Shares are whole multiples of a vector register's 8 channels.
#include "ops/inverted_residual.h"

#include "ops/workers.h"

#include <ATen/ATen.h>

namespace ausm::ops {
namespace {

constexpr std::int64_t kVector = 8;

}  // namespace

InvertedResidualWeights::InvertedResidualWeights(ConvLayer expand, std::int64_t expand_stride, ConvLayer depthwise,
                                                 std::int64_t stride, ConvLayer project)
    : expand_(std::move(expand)), depthwise_(std::move(depthwise)), project_(std::move(project)),
      expand_stride_(expand_stride),
      stride_(stride), whole_{.expand = Conv2dWeights(expand_, expand_stride, 1),
                              .depthwise = Conv2dWeights(depthwise_, stride, depthwise_.weight.size(0)),
                              .project = Conv2dWeights(project_, 1, 1)} {}

std::span<const InvertedResidualWeights::Share> InvertedResidualWeights::shares(std::int64_t count) const {
    const auto channels = depthwise_.weight.size(0), vectors = (channels + kVector - 1) / kVector;
    count = std::min<std::int64_t>(count, vectors);
    if (count == 1)
        return {&whole_, 1};
    if (shares_.size() == static_cast<std::size_t>(count))
        return shares_;
    std::vector<Share> shares;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto begin = vectors * i / count * kVector;
        const auto width = std::min(channels, vectors * (i + 1) / count * kVector) - begin;
        const auto part = [&](const at::Tensor& all, int dim) { return all.narrow(dim, begin, width).contiguous(); };
        const auto outputs = [&](const ConvLayer& all) {
            return ConvLayer{part(all.weight, 0), part(all.bias, 0), all.activation};
        };
        const auto bias = i == 0 ? project_.bias : at::zeros_like(project_.bias);
        shares.push_back({.expand = Conv2dWeights(outputs(expand_), expand_stride_, 1),
                          .depthwise = Conv2dWeights(outputs(depthwise_), stride_, width),
                          .project = Conv2dWeights({part(project_.weight, 1), bias}, 1, 1)});
    }
    shares_ = std::move(shares);
    return shares_;
}

at::Tensor inverted_residual(const at::Tensor& x, const InvertedResidualWeights& weights,
                             const std::optional<at::Tensor>& add) {
    const auto shares = weights.shares(worker_count());
    std::vector<at::Tensor> sums(shares.size());
    run_pieces(static_cast<int>(shares.size()), [&](int i) {
        const auto index = static_cast<std::size_t>(i);
        const auto& share = shares[index];
        const auto wide = conv2d(x, share.expand, std::nullopt);
        sums[index] = conv2d(conv2d(wide, share.depthwise, std::nullopt), share.project, i == 0 ? add : std::nullopt);
    });
    auto sum = sums.front();
    for (std::size_t i = 1; i < sums.size(); ++i)
        sum.add_(sums[i]);
    return sum;
}

}  // namespace ausm::ops
