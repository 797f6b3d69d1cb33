// SPDX-License-Identifier: MIT
// The pixels of a picture that cells of a label map touch.
#include "elements/maskoverlay/mask_cover.h"

#include "elements/maskoverlay/runs.h"

#include <cstring>

namespace ausm::gst::overlay {
namespace {

struct Range {
    int begin = 0, end = 0;

    bool operator==(const Range&) const = default;
};

/// The pieces of `to` that touch the pieces [begin, end) of `from`.
Range touched(int begin, int end, int from, int to) noexcept {
    return {static_cast<int>(std::int64_t{begin} * to / from),
            static_cast<int>((std::int64_t{end} * to + from - 1) / from)};
}

void cover_row(std::uint8_t* pixels, int width, const LabelMap& map, int map_row, const ValueTable& meant) {
    const std::uint8_t* cells = map.data + static_cast<std::ptrdiff_t>(map_row) * map.width;
    for (int x = 0; x < map.width;) {
        const int end = run_end(cells, x, map.width);
        if (meant[cells[x]] != 0) {
            const Range range = touched(x, end, map.width, width);
            std::memset(pixels + range.begin, 255, static_cast<std::size_t>(range.end - range.begin));
        }
        x = end;
    }
}

}  // namespace

void cover_values(AlphaPlane& plane, const LabelMap& map, const ValueTable& meant) {
    Range before{-1, -1};
    for (int y = 0; y < plane.height; ++y) {
        const Range rows = touched(y, y + 1, plane.height, map.height);
        std::uint8_t* pixels = plane.row(y);
        if (rows == before) {
            std::memcpy(pixels, plane.row(y - 1), static_cast<std::size_t>(plane.width));
            continue;
        }
        std::memset(pixels, 0, static_cast<std::size_t>(plane.width));
        for (int row = rows.begin; row < rows.end; ++row)
            cover_row(pixels, plane.width, map, row, meant);
        before = rows;
    }
}

void cover_run(AlphaPlane& plane, int map_width, int map_height, const MapRun& run) noexcept {
    const Range rows = touched(run.row, run.row + 1, map_height, plane.height);
    const Range columns = touched(run.begin, run.end, map_width, plane.width);
    for (int y = rows.begin; y < rows.end; ++y)
        std::memset(plane.row(y) + columns.begin, 255, static_cast<std::size_t>(columns.end - columns.begin));
}

}  // namespace ausm::gst::overlay
