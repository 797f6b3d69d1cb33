// SPDX-License-Identifier: MIT
// Finds the contours of a label map, row by row.
#pragma once

#include <cstdint>
#include <vector>

namespace ausm::gst::overlay {

/// A pixel lies on its object's contour when a pixel of another value is at most `thickness` rows and columns away.
/// What lies outside the picture has no value: the picture's edge is no contour. One pass, three bytes of state per
/// column. Thread-bound.
class MaskContour {
public:
    static constexpr int kMaxThickness = 100;

    /// 1 <= thickness <= kMaxThickness.
    MaskContour(int width, int height, int thickness);

    /// How many rows must have been pushed before inside() can be asked for row y.
    [[nodiscard]] int rows_needed(int y) const noexcept;
    [[nodiscard]] int rows_pushed() const noexcept { return pushed_; }
    void push(const std::uint8_t* row);

    /// For row y, with exactly rows_needed(y) rows pushed: steady()[x] >= inside(y) tells that the object's pixel x is
    /// not on its contour.
    [[nodiscard]] int inside(int y) const noexcept;
    [[nodiscard]] const std::uint8_t* steady() const noexcept { return steady_.data(); }

private:
    void shrink_runs(const std::uint8_t* row);

    int width_, height_, thickness_;
    int pushed_ = 0;
    bool empty_ = true;               ///< the last row had no object
    std::vector<std::uint8_t> core_;  ///< last row: the value where no other is near in the row, else 0
    std::vector<std::uint8_t> next_;
    std::vector<std::uint8_t> steady_;  ///< for how many rows core_ has had its value, at most 255
};

}  // namespace ausm::gst::overlay
