// SPDX-License-Identifier: MIT
// The mask and the brightness in cells, and how they are calmed from picture to picture.
#include "elements/maskoverlay/guided_edges.h"

#include "elements/maskoverlay/window_sums.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace ausm::gst::overlay {
namespace {

constexpr int kShortSide = 256;     // cells, about: four to each of the model's
constexpr int kSameBrightness = 3;  // noise
constexpr int kMoved = 20;
constexpr int kMirrored = 2;  // cells on each side of a border

int cell_size(const Picture& picture) noexcept {
    return std::max(1, (std::min(picture.width, picture.height) + kShortSide / 2) / kShortSide);
}

/// Divides by the same number again and again, exactly for what is smaller than 2^24.
class Divider {
public:
    explicit Divider(int by)
        : inverse_(((std::uint64_t{1} << 40) + static_cast<unsigned>(by) - 1) / static_cast<unsigned>(by)) {}
    [[nodiscard]] std::int32_t operator()(std::int32_t value) const noexcept {
        return static_cast<std::int32_t>(static_cast<std::uint64_t>(value) * inverse_ >> 40);
    }

private:
    std::uint64_t inverse_;
};

void add_row(std::uint16_t* __restrict sums, const std::uint8_t* __restrict row, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        sums[i] = static_cast<std::uint16_t>(sums[i] + row[i]);
}

/// One row of cells: their sums of `columns`, over as many pixels as `count` says of each but the last one.
void divide_row(const std::vector<std::uint16_t>& columns, int rows, int cell, int cells, std::int32_t* to) {
    const Divider whole(rows * cell);
    for (int i = 0; i < cells; ++i) {
        const int begin = i * cell, end = i + 1 < cells ? begin + cell : static_cast<int>(columns.size());
        std::int32_t sum = 0;
        for (int x = begin; x < end; ++x)
            sum += columns[static_cast<std::size_t>(x)];
        const int count = rows * (end - begin);
        to[i] = end - begin == cell ? whole(sum + count / 2) : (sum + count / 2) / count;
    }
}

/// Means of the cells, 0 to 255. `row_at(y)`: a row of pixels.
template <typename RowAt>
std::vector<std::int32_t> means_of(const CellGrid& grid, int width, int height, RowAt&& row_at) {
    std::vector<std::int32_t> means(static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height));
    std::vector<std::uint16_t> columns(static_cast<std::size_t>(width));
    for (int row = 0; row < grid.height; ++row) {
        const int begin = row * grid.cell, end = row + 1 < grid.height ? begin + grid.cell : height;
        std::fill(columns.begin(), columns.end(), std::uint16_t{0});
        for (int y = begin; y < end; ++y)
            add_row(columns.data(), row_at(y), columns.size());
        divide_row(columns, end - begin, grid.cell, grid.width,
                   means.data() + static_cast<std::ptrdiff_t>(row) * grid.width);
    }
    return means;
}

std::vector<std::int32_t> means_of(const CellGrid& grid, const AlphaPlane& plane) {
    return means_of(grid, plane.width, plane.height, [&](int y) { return plane.row(y); });
}

/// Means of 2 `half` + 1 pixels around each of `count` cells of a row or column; cells that such a window touches in part
/// count in part. The edges are repeated. `step`: from cell to cell.
void smooth_line(std::int32_t* cells, int count, std::ptrdiff_t step, int half, int cell,
                 std::vector<std::int32_t>& line) {
    constexpr int kWhole = 256;
    const int window = std::max(kWhole * (2 * half + 1) / cell, kWhole);  // in cells
    const int reach = (window - kWhole) / (2 * kWhole), part = (window - kWhole * (2 * reach + 1)) / 2;
    const int size = kWhole * (2 * reach + 1) + 2 * part, margin = reach + 1;
    const Divider divide(size);
    line.resize(static_cast<std::size_t>(count + 2 * margin));
    for (int i = -margin; i < count + margin; ++i)
        line[static_cast<std::size_t>(i + margin)] = cells[std::clamp(i, 0, count - 1) * step];
    std::int32_t sum = 0;
    for (int i = 1; i < 2 * reach + 1; ++i)
        sum += line[static_cast<std::size_t>(i)];
    for (int i = 0; i < count; ++i) {
        const std::int32_t *first = line.data() + i, *last = first + 2 * margin;
        sum += last[-1];
        cells[i * step] = divide(kWhole * sum + part * (*first + *last) + size / 2);
        sum -= first[1];
    }
}

void smooth(std::vector<std::int32_t>& cells, const CellGrid& grid, int half) {
    std::vector<std::int32_t> line;
    for (int pass = 0; pass < 2 && half > 0; ++pass) {
        for (int y = 0; y < grid.height; ++y)
            smooth_line(cells.data() + static_cast<std::ptrdiff_t>(y) * grid.width, grid.width, 1, half, grid.cell,
                        line);
        for (int x = 0; x < grid.width; ++x)
            smooth_line(cells.data() + x, grid.height, grid.width, half, grid.cell, line);
    }
}

/// What is uncertain inside of a border, mirrored to its outside. `sure`: means of the certainty, 0 outside of the mask.
void add_uncertainty(CellGrid& grid, const std::vector<std::int32_t>& sure) {
    const auto inside = window_sums(grid.mask, grid.width, grid.height, kMirrored);
    const auto near = window_sums(sure, grid.width, grid.height, kMirrored);
    constexpr int kHalfWindow = 255 * (2 * kMirrored + 1) * (2 * kMirrored + 1) / 2;
    for (std::size_t i = 0; i < sure.size(); ++i) {
        const int doubt = inside[i] > 0 ? 255 - 255 * near[i] / inside[i] : 0;
        const int nearness = std::min(255, 255 * inside[i] / kHalfWindow);  // to the border
        grid.mask[i] = sure[i] + (255 - grid.mask[i]) * doubt / 255 * nearness / 255;
    }
}

}  // namespace

CellGrid cell_grid(const Picture& picture, const AlphaPlane& mask, const AlphaPlane* certainty, int half) {
    CellGrid grid;
    grid.cell = cell_size(picture);
    grid.width = std::max(picture.width / grid.cell, 1);
    grid.height = std::max(picture.height / grid.cell, 1);
    LumaRows luma(picture);
    grid.luma = means_of(grid, picture.width, picture.height, [&](int y) { return luma.row(y); });
    grid.mask = means_of(grid, mask);
    smooth(grid.mask, grid, half);
    if (certainty) {
        auto sure = means_of(grid, *certainty);
        smooth(sure, grid, half);
        add_uncertainty(grid, sure);
    }
    return grid;
}

void calm(CellGrid& grid, const CellGrid& before, double share) {
    if (grid.mask.size() != before.mask.size() || grid.width != before.width || !(share > 0))
        return;
    const int most = static_cast<int>(std::lround(std::min(share, 1.0) * 255));
    for (std::size_t i = 0; i < grid.mask.size(); ++i) {
        const int change = std::abs(grid.luma[i] - before.luma[i]);
        const int still = std::clamp(kMoved - change, 0, kMoved - kSameBrightness);
        const int kept = most * still / (kMoved - kSameBrightness);
        grid.mask[i] += (before.mask[i] - grid.mask[i]) * kept / 256;
    }
}

}  // namespace ausm::gst::overlay
