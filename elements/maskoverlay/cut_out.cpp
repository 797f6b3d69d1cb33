// SPDX-License-Identifier: MIT
// Objects cut out of a picture: how much of each pixel belongs to them, for the eye and not for hiding.
#include "elements/maskoverlay/cut_out.h"

#include "elements/maskoverlay/runs.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace ausm::gst::overlay {
namespace {

/// 255 in the objects, at the plane's size.
void cover_meant(AlphaPlane& plane, const LabelMap& map, const ValueTable& meant) {
    LabelRows labels(map, plane.width, plane.height);
    for (int y = 0; y < plane.height; ++y) {
        const std::uint8_t* values = labels.row(y);
        for (int x = 0; x < plane.width;) {
            const int end = run_end(values, x, plane.width);
            std::memset(plane.row(y) + x, meant[values[x]], static_cast<std::size_t>(end - x));
            x = end;
        }
    }
}

/// From 128, where an object is just likelier than not, to 255, where three quarters speak for it; 0 elsewhere.
void read_certainty(AlphaPlane& plane, const LabelMap& confidence, const AlphaPlane& mask) {
    LabelRows rows(confidence, plane.width, plane.height);
    for (int y = 0; y < plane.height; ++y) {
        const std::uint8_t *values = rows.row(y), *inside = mask.row(y);
        std::transform(values, values + plane.width, inside, plane.row(y), [](int value, std::uint8_t within) {
            return static_cast<std::uint8_t>(std::clamp(2 * value - 128, 128, 255) & within);
        });
    }
}

}  // namespace

const AlphaPlane& CutOut::update(const Picture& picture, const LabelMap& map, const LabelMap& confidence,
                                 const ValueTable& meant, const CutOptions& options) {
    alpha_.resize(picture.width, picture.height);
    cover_meant(alpha_, map, meant);
    if (options.soften > 0 || options.calm > 0) {
        AlphaPlane* const certainty = confidence.data ? &certainty_ : nullptr;
        if (certainty) {
            certainty->resize(picture.width, picture.height);
            read_certainty(*certainty, confidence, alpha_);
        }
        refine(picture, certainty, picture.width / (2 * map.width), options.calm);
    }
    widen(alpha_, options.widen);
    soften(alpha_, options.soften);
    return alpha_;
}

void CutOut::refine(const Picture& picture, const AlphaPlane* certainty, int half_cell, double calm_share) {
    CellGrid grid = cell_grid(picture, alpha_, certainty, half_cell);
    calm(grid, before_, calm_share);
    LumaRows luma(picture);
    follow_edges(grid, luma, alpha_);
    before_ = std::move(grid);
}

}  // namespace ausm::gst::overlay
