// SPDX-License-Identifier: MIT
// Work on rows that need nothing of each other, a band of them a worker.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace ausm::ops {

/// Rows [begin, end) out of `rows`.
struct RowBand {
    std::int64_t begin, end, rows;

    /// Of [B, rows, ...].
    [[nodiscard]] at::Tensor of(const at::Tensor& all) const;
    /// Of a picture [B, C, rows, columns], with one row more at each inner border: what a 3x3 convolution sees.
    [[nodiscard]] at::Tensor wide(const at::Tensor& picture) const;
    /// A wide picture without the additional rows.
    [[nodiscard]] at::Tensor inner(const at::Tensor& picture) const;
};

/// The bands of a decoder's queries, which are few and mean much work each: at most one band a worker.
[[nodiscard]] std::vector<RowBand> query_bands(std::int64_t queries);
/// `work` gives tensors [B, band, ...] for each band of queries; they come back joined, [B, queries, ...].
[[nodiscard]] std::vector<at::Tensor> each_query_band(
    std::int64_t queries, const std::function<std::vector<at::Tensor>(const RowBand&)>& work);
/// The same with one tensor a band.
[[nodiscard]] at::Tensor each_query_band(std::int64_t queries, const std::function<at::Tensor(const RowBand&)>& work);

/// A picture of the sizes of `like`, channels-last, whose rows are what `work` gives for each band of them.
[[nodiscard]] at::Tensor each_picture_band(const at::Tensor& like,
                                           const std::function<at::Tensor(const RowBand&)>& work);

}  // namespace ausm::ops
