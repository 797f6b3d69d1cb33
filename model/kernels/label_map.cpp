// SPDX-License-Identifier: MIT
// Label map: the plain reference and the path that works on whole rows of horizontally enlarged logits.
#include "kernels/label_map.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "kernels/vector_math.h"

namespace ausm {
namespace {

/// Output position o lies between source cells `low` and `high`, `share` of the way.
struct Between {
    std::int64_t low, high;
    double share;
};

Between between(std::int64_t source, std::int64_t target, std::int64_t o) noexcept {
    const double at = (static_cast<double>(o) + 0.5) * static_cast<double>(source) / static_cast<double>(target) - 0.5;
    const double clamped = std::clamp(at, 0.0, static_cast<double>(source - 1));
    const auto low = static_cast<std::int64_t>(clamped);
    return {low, std::min(low + 1, source - 1), clamped - static_cast<double>(low)};
}

void add_run(LabelStats& stats, std::int64_t y, std::int64_t x0, std::int64_t x1) noexcept {
    merge_label_stats(stats, {x1 - x0, static_cast<std::int32_t>(x0), static_cast<std::int32_t>(y),
                              static_cast<std::int32_t>(x1), static_cast<std::int32_t>(y + 1)});
}

}  // namespace

void merge_label_stats(LabelStats& total, const LabelStats& part) noexcept {
    if (part.area == 0)
        return;
    if (total.area == 0) {
        total = part;
        return;
    }
    total = {total.area + part.area, std::min(total.x0, part.x0), std::min(total.y0, part.y0),
             std::max(total.x1, part.x1), std::max(total.y1, part.y1)};
}

// l_k(y, x) = (1 - fy) ((1 - fx) L[y0, x0] + fx L[y0, x1]) + fy ((1 - fx) L[y1, x0] + fx L[y1, x1])
// map(y, x) = value of argmax_k l_k if that l_k > threshold, else 0
void label_map_reference(const LabelMapParams& p, std::int64_t begin, std::int64_t end) noexcept {
    std::fill_n(p.stats, p.objects, LabelStats{});
    for (std::int64_t y = begin; y < end; ++y) {
        const Between row = between(p.rows, p.height, y);
        for (std::int64_t x = 0; x < p.width; ++x) {
            const Between column = between(p.columns, p.width, x);
            double highest = p.threshold;
            std::int64_t winner = -1;
            for (std::int64_t k = 0; k < p.objects; ++k) {
                const float* object = p.logits + k * p.logit_object_stride;
                const auto between_columns = [&](const float* cells) {
                    return (1.0 - column.share) * cells[column.low] + column.share * cells[column.high];
                };
                const double above = between_columns(object + row.low * p.logit_row_stride);
                const double below = between_columns(object + row.high * p.logit_row_stride);
                const double logit = (1.0 - row.share) * above + row.share * below;
                if (logit > highest) {
                    highest = logit;
                    winner = k;
                }
            }
            p.map[y * p.map_stride + x] = winner < 0 ? std::uint8_t{0} : p.values[winner];
            if (p.confidence) {
                const double probability = winner < 0 ? 0.0 : 1.0 / (1.0 + std::exp(-highest));
                p.confidence[y * p.confidence_stride + x] = static_cast<std::uint8_t>(255.0 * probability + 0.5);
            }
            if (winner >= 0)
                add_run(p.stats[winner], y, x, x + 1);
        }
    }
}

namespace {

/// Every map column's place among the source columns.
struct Columns {
    std::vector<std::int32_t> low, high;
    std::vector<float> share;
};

// One source row of one object at the width of the map.
AUSM_MULTI_ISA void enlarge_row(const float* __restrict source, const Columns& columns, std::int64_t width,
                                float* __restrict out) noexcept {
    const std::int32_t* low = columns.low.data();
    const std::int32_t* high = columns.high.data();
    const float* share = columns.share.data();
    for (std::int64_t x = 0; x < width; ++x) {
        const float left = source[low[x]];
        out[x] = left + share[x] * (source[high[x]] - left);
    }
}

// Whether anything in a row is above the threshold; an OR, because compilers share its work out over vectors.
AUSM_MULTI_ISA bool any_above(const float* row, std::int64_t count, float threshold) noexcept {
    int any = 0;
    for (std::int64_t x = 0; x < count; ++x)
        any |= row[x] > threshold ? 1 : 0;
    return any != 0;
}

// Object k against the best so far, along one row of the map.
AUSM_MULTI_ISA void contest_row(const float* __restrict above, const float* __restrict below, float share,
                                std::int32_t k, std::int64_t width, float* __restrict best,
                                std::int32_t* __restrict winner) noexcept {
    for (std::int64_t x = 0; x < width; ++x) {
        const float logit = above[x] + share * (below[x] - above[x]);
        const bool wins = logit > best[x];
        best[x] = wins ? logit : best[x];
        winner[x] = wins ? k : winner[x];
    }
}

AUSM_MULTI_ISA void write_confidence(const float* __restrict best, const std::int32_t* __restrict winner,
                                     std::int64_t width, std::uint8_t* __restrict out) noexcept {
    for (std::int64_t x = 0; x < width; ++x) {
        const auto confidence = static_cast<std::int32_t>(255.0f * fast_sigmoid(best[x]) + 0.5f);
        out[x] = static_cast<std::uint8_t>(winner[x] < 0 ? 0 : confidence);
    }
}

// The map is made of long runs: one fill and one merge each.
void write_runs(const LabelMapParams& p, const std::int32_t* winner, std::int64_t y) noexcept {
    std::uint8_t* map = p.map + y * p.map_stride;
    for (std::int64_t x = 0; x < p.width;) {
        const std::int32_t k = winner[x];
        const std::int64_t start = x;
        while (x < p.width && winner[x] == k)
            ++x;
        std::fill(map + start, map + x, k < 0 ? std::uint8_t{0} : p.values[k]);
        if (k >= 0)
            add_run(p.stats[k], y, start, x);
    }
}

/// The enlarged source rows above and below the current map row, for all objects.
class RowPair {
public:
    explicit RowPair(const LabelMapParams& p) : params_(p) {
        const auto width = static_cast<std::size_t>(p.width);
        columns_ = {std::vector<std::int32_t>(width), std::vector<std::int32_t>(width), std::vector<float>(width)};
        for (std::size_t x = 0; x < width; ++x) {
            const Between column = between(p.columns, p.width, static_cast<std::int64_t>(x));
            columns_.low[x] = static_cast<std::int32_t>(column.low);
            columns_.high[x] = static_cast<std::int32_t>(column.high);
            columns_.share[x] = static_cast<float>(column.share);
        }
        for (Rows* rows : {&above_, &below_}) {
            rows->logits.resize(static_cast<std::size_t>(p.objects) * width);
            rows->cells.resize(static_cast<std::size_t>(p.objects));
        }
    }

    void move_to(const Between& row) noexcept {
        if (above_.source != row.low && below_.source == row.low)
            std::swap(above_, below_);
        fill(above_, row.low);
        fill(below_, row.high);
    }

    /// Map columns [begin, end) where object k can pass the threshold between the two rows: most objects fill a small
    /// part of the picture.
    struct Range {
        std::int64_t begin = 0, end = 0;
    };
    [[nodiscard]] Range reach(std::int64_t k) noexcept {
        const auto object = static_cast<std::size_t>(k);
        Cells &above = above_.cells[object], &below = below_.cells[object];
        const std::int32_t first = std::min(above.first, below.first), last = std::max(above.last, below.last);
        if (last < first)
            return {};
        enlarge(above_, k);
        enlarge(below_, k);
        const auto begin = std::lower_bound(columns_.high.begin(), columns_.high.end(), first);
        const auto end = std::upper_bound(columns_.low.begin(), columns_.low.end(), last);
        return {begin - columns_.high.begin(), end - columns_.low.begin()};
    }
    [[nodiscard]] const float* above(std::int64_t k) const noexcept { return above_.logits.data() + k * params_.width; }
    [[nodiscard]] const float* below(std::int64_t k) const noexcept { return below_.logits.data() + k * params_.width; }

private:
    /// Source columns above the threshold lie between first and last; none when last < first.
    struct Cells {
        std::int32_t first = 0, last = -1;
        bool enlarged = false;
    };
    struct Rows {
        std::int64_t source = -1;
        std::vector<float> logits;  // [K, width], of the objects that are enlarged
        std::vector<Cells> cells;   // [K]
    };

    void fill(Rows& rows, std::int64_t source) noexcept {
        if (rows.source == source)
            return;
        rows.source = source;
        for (std::int64_t k = 0; k < params_.objects; ++k) {
            const float* row = source_row(source, k);
            Cells cells{std::numeric_limits<std::int32_t>::max(), -1, false};
            if (any_above(row, params_.columns, params_.threshold)) {
                cells = {0, static_cast<std::int32_t>(params_.columns - 1), false};
                while (!(row[cells.first] > params_.threshold))
                    ++cells.first;
                while (!(row[cells.last] > params_.threshold))
                    --cells.last;
            }
            rows.cells[static_cast<std::size_t>(k)] = cells;
        }
    }

    void enlarge(Rows& rows, std::int64_t k) noexcept {
        if (!std::exchange(rows.cells[static_cast<std::size_t>(k)].enlarged, true))
            enlarge_row(source_row(rows.source, k), columns_, params_.width, rows.logits.data() + k * params_.width);
    }

    [[nodiscard]] const float* source_row(std::int64_t source, std::int64_t k) const noexcept {
        return params_.logits + k * params_.logit_object_stride + source * params_.logit_row_stride;
    }

    const LabelMapParams& params_;
    Columns columns_;
    Rows above_, below_;
};

void draw_rows(const LabelMapParams& p, std::int64_t begin, std::int64_t end) {
    RowPair rows(p);
    std::vector<float> best(static_cast<std::size_t>(p.width));
    std::vector<std::int32_t> winner(static_cast<std::size_t>(p.width));
    std::fill_n(p.stats, p.objects, LabelStats{});
    for (std::int64_t y = begin; y < end; ++y) {
        const Between row = between(p.rows, p.height, y);
        rows.move_to(row);
        std::fill(best.begin(), best.end(), p.threshold);
        std::fill(winner.begin(), winner.end(), -1);
        for (std::int64_t k = 0; k < p.objects; ++k) {
            const auto [x0, x1] = rows.reach(k);
            if (x0 < x1)
                contest_row(rows.above(k) + x0, rows.below(k) + x0, static_cast<float>(row.share),
                            static_cast<std::int32_t>(k), x1 - x0, best.data() + x0, winner.data() + x0);
        }
        if (p.confidence)
            write_confidence(best.data(), winner.data(), p.width, p.confidence + y * p.confidence_stride);
        write_runs(p, winner.data(), y);
    }
}

}  // namespace

void label_map_cpu(const LabelMapParams& params, std::int64_t begin, std::int64_t end) {
    draw_rows(params, begin, end);
}

}  // namespace ausm
