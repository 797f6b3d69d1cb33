// SPDX-License-Identifier: MIT
// Bands are as even as whole rows can be.
#include "ops/row_bands.h"

#include "ops/workers.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace ausm::ops {
namespace {

constexpr std::int64_t kQueries = 16;  // fewer a worker cost more than they save

/// At most one a worker, with `least` rows in each.
std::vector<RowBand> row_bands(std::int64_t rows, std::int64_t least) {
    const std::int64_t count = std::clamp<std::int64_t>(rows / least, 1, worker_count());
    std::vector<RowBand> bands;
    for (std::int64_t i = 0; i < count; ++i)
        bands.push_back({rows * i / count, rows * (i + 1) / count, rows});
    return bands;
}

}  // namespace

at::Tensor RowBand::of(const at::Tensor& all) const {
    return end - begin == rows ? all : all.narrow(1, begin, end - begin);
}

at::Tensor RowBand::wide(const at::Tensor& picture) const {
    const std::int64_t first = std::max<std::int64_t>(begin - 1, 0), last = std::min(end + 1, rows);
    return picture.narrow(2, first, last - first);
}

at::Tensor RowBand::inner(const at::Tensor& picture) const {
    return picture.narrow(2, std::min<std::int64_t>(begin, 1), end - begin);
}

std::vector<RowBand> query_bands(std::int64_t queries) { return row_bands(queries, kQueries); }

std::vector<at::Tensor> each_query_band(std::int64_t queries,
                                        const std::function<std::vector<at::Tensor>(const RowBand&)>& work) {
    const auto bands = query_bands(queries);
    if (bands.size() == 1)
        return work(bands.front());
    std::vector<std::vector<at::Tensor>> parts(bands.size());
    run_pieces(static_cast<int>(bands.size()), [&](int i) {
        const auto band = static_cast<std::size_t>(i);
        parts[band] = work(bands[band]);
    });
    std::vector<at::Tensor> joined;
    for (std::size_t output = 0; output < parts.front().size(); ++output) {
        std::vector<at::Tensor> rows;
        for (const auto& part : parts)
            rows.push_back(part[output]);
        joined.push_back(at::cat(rows, 1));
    }
    return joined;
}

at::Tensor each_query_band(std::int64_t queries, const std::function<at::Tensor(const RowBand&)>& work) {
    const auto joined =
        each_query_band(queries, [&](const RowBand& band) { return std::vector<at::Tensor>{work(band)}; });
    return joined.front();
}

at::Tensor each_picture_band(const at::Tensor& like, const std::function<at::Tensor(const RowBand&)>& work) {
    const auto bands = row_bands(like.size(2), 1);
    if (bands.size() == 1)
        return work(bands.front());
    const at::Tensor whole = at::empty_like(like, at::MemoryFormat::ChannelsLast);
    run_pieces(static_cast<int>(bands.size()), [&](int i) {
        const auto& band = bands[static_cast<std::size_t>(i)];
        whole.narrow(2, band.begin, band.end - band.begin).copy_(work(band));
    });
    return whole;
}

}  // namespace ausm::ops
