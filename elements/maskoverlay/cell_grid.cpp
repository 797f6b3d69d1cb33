// SPDX-License-Identifier: MIT
// The mask and the brightness in cells, and how they are calmed from picture to picture.
#include "elements/maskoverlay/guided_edges.h"

#include "elements/maskoverlay/block_means.h"
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

/// 0 to 255 of each block.
std::vector<std::int32_t> means_of(const AlphaPlane& alpha, int cell) {
    // Only read, though a plane to draw on could be written to.
    auto* data = const_cast<std::uint8_t*>(alpha.values.data());
    const BlockMeans means = block_means({data, alpha.width, 1, {0, -1, -1}}, alpha.width, alpha.height, {cell, cell});
    std::vector<std::int32_t> cells(means.values.size());
    std::transform(means.values.begin(), means.values.end(), cells.begin(),
                   [](std::uint16_t mean) { return (mean + 128) >> 8; });
    return cells;
}

/// As LumaRows has it.
std::vector<std::int32_t> luma_of(const BlockMeans& means, const std::array<int, 3>& offsets) {
    std::vector<std::int32_t> cells;
    const bool yuv = offsets[1] < 0;
    for (std::size_t i = 0; i < means.values.size(); i += static_cast<std::size_t>(means.samples)) {
        const auto at = [&](std::size_t component) {
            return int{means.values[i + static_cast<std::size_t>(offsets[component])]};
        };
        cells.push_back(((yuv ? at(0) : (at(0) + 2 * at(1) + at(2)) / 4) + 128) >> 8);
    }
    return cells;
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

CellGrid cell_grid(const Picture& picture, const AlphaPlane& mask, const AlphaPlane* certainty) {
    CellGrid grid;
    grid.cell = cell_size(picture);
    const DrawPlane& plane = picture.planes[0];
    const BlockMeans means = block_means(plane, picture.width, picture.height, {grid.cell, grid.cell});
    grid.width = means.columns;
    grid.height = means.rows;
    grid.luma = luma_of(means, plane.offsets);
    grid.mask = means_of(mask, grid.cell);
    if (certainty)
        add_uncertainty(grid, means_of(*certainty, grid.cell));
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
