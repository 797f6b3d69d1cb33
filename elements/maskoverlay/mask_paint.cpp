// SPDX-License-Identifier: MIT
// Draws the masks of a label map: areas, contours or both.
#include "elements/maskoverlay/mask_paint.h"

#include "elements/maskoverlay/mask_contour.h"
#include "elements/maskoverlay/runs.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace ausm::gst::overlay {
namespace {

/// The paint codes of one row of the picture.
struct CodeRow {
    std::vector<PaintCode> codes;
    bool empty = true;
};

/// Area where `steady` reaches `inside`, else contour. The compiler turns whole blocks into vectors.
void contour_codes(const std::uint8_t* __restrict values, const std::uint8_t* __restrict steady, int inside, bool fill,
                   PaintCode* __restrict codes, std::size_t width) noexcept {
    constexpr std::size_t kBlock = 64;
    const auto within = static_cast<PaintCode>(inside);
    const auto fill_mask = static_cast<PaintCode>(fill ? 0xffff : 0);
    const auto code = [&](std::size_t x) {
        const PaintCode value = values[x];
        const auto contour = static_cast<PaintCode>(value != 0 ? value + kContourCode : 0);
        return steady[x] >= within ? static_cast<PaintCode>(value & fill_mask) : contour;
    };
    std::size_t x = 0;
    for (; x + kBlock <= width; x += kBlock)
        for (std::size_t i = 0; i < kBlock; ++i)
            codes[x + i] = code(x + i);
    for (; x < width; ++x)
        codes[x] = code(x);
}

/// Gives the codes of one row after the other.
class CodeRows {
public:
    CodeRows(const Picture& picture, const LabelMap& map, MaskStyle style)
        : width_(picture.width), fill_(style != MaskStyle::kContour), rows_(map, picture.width, picture.height),
          ahead_(map, picture.width, picture.height) {
        if (style != MaskStyle::kFill)
            contour_ = std::make_unique<MaskContour>(picture.width, picture.height, contour_thickness(picture.height));
    }

    void next(CodeRow& row) {
        const int y = y_++;
        while (contour_ && contour_->rows_pushed() < contour_->rows_needed(y))
            contour_->push(ahead_.row(contour_->rows_pushed()));
        const std::uint8_t* values = rows_.row(y);
        row.empty = row_is_empty(values, width_);
        const auto width = static_cast<std::size_t>(width_);
        if (contour_ && !row.empty)
            contour_codes(values, contour_->steady(), contour_->inside(y), fill_, row.codes.data(), width);
        else
            std::copy_n(values, width, row.codes.data());
    }

private:
    int width_;
    bool fill_;
    int y_ = 0;
    LabelRows rows_, ahead_;                ///< the row that is drawn, and the one that the contour has to know by then
    std::unique_ptr<MaskContour> contour_;  ///< null: none is drawn
};

}  // namespace

int contour_thickness(int height) noexcept { return std::clamp(height / 240, 1, MaskContour::kMaxThickness); }

void paint_masks(const Picture& picture, const LabelMap& map, MaskStyle style, const PaintTable& paints) {
    CodeRows rows(picture, map, style);
    std::array<CodeRow, 2> pair;
    for (CodeRow& row : pair)
        row.codes.resize(static_cast<std::size_t>(picture.width));
    for (int y = 0; y < picture.height; ++y) {
        CodeRow& row = pair[static_cast<std::size_t>(y % 2)];
        rows.next(row);
        const bool lower = y % 2 == 1;
        if (!row.empty)
            paint_row(picture, y, row.codes.data(), paints);
        if ((lower || y + 1 == picture.height) && !(pair[0].empty && row.empty))
            paint_half_row(picture, y / 2, pair[0].codes.data(), lower ? row.codes.data() : nullptr, paints);
    }
}

}  // namespace ausm::gst::overlay
