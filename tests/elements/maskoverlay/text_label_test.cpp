// SPDX-License-Identifier: MIT
// Tests that labels are readable, stay inside the picture and bear any text.
#include "elements/maskoverlay/text_label.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

namespace {

using namespace ausm::gst::overlay;

constexpr Colour kBox{200, 10, 20}, kText{1, 255, 254};
constexpr std::uint8_t kPaper = 77;

/// A picture amid bytes that nobody may touch: 4 bytes per pixel, or Y with half U and V.
class Canvas {
public:
    Canvas(int width, int height, bool yuv) : bytes_(kGuard * 2 + kRows * kStride, kPaper) {
        picture.width = width;
        picture.height = height;
        std::uint8_t* data = bytes_.data() + kGuard;
        if (yuv) {
            picture.n_planes = 2;
            picture.planes[0] = {data, kStride, 1, {0, -1, -1}};
            picture.planes[1] = {data + kRows / 2 * kStride, kStride, 2, {-1, 0, 1}, 2, 2};
        } else {
            picture.n_planes = 1;
            picture.planes[0] = {data, kStride, 4, {0, 1, 2}};
        }
    }

    /// Bytes that differ from the paper; those outside the picture are counted in `stray`.
    int drawn(int& stray) const {
        int inside = 0;
        std::vector<bool> allowed(bytes_.size());
        for (const DrawPlane& plane : used_planes(picture))
            for (int y = 0; y < samples_down(picture, plane); ++y)
                for (int x = 0; x < samples_across(picture, plane); ++x)
                    for (const int offset : plane.offsets)
                        if (offset >= 0)
                            allowed[index(plane.row(y) + x * plane.step + offset)] = true;
        stray = 0;
        for (std::size_t i = 0; i < bytes_.size(); ++i)
            (allowed[i] ? inside : stray) += bytes_[i] != kPaper;
        return inside;
    }

    int count(const Colour& colour) const {
        int found = 0;
        for (int y = 0; y < picture.height; ++y)
            for (int x = 0; x < picture.width; ++x) {
                const std::uint8_t* pixel = picture.planes[0].row(y) + x * 4;
                found += std::equal(colour.begin(), colour.end(), pixel);
            }
        return found;
    }

    Picture picture;

private:
    std::size_t index(const std::uint8_t* byte) const { return static_cast<std::size_t>(byte - bytes_.data()); }

    static constexpr int kGuard = 4096, kStride = 1000, kRows = 400;
    std::vector<std::uint8_t> bytes_;
};

TEST(TextLabel, HasEvenSidesAndAMargin) {
    TextRenderer renderer;
    for (const int size : {9, 12, 25, 96}) {
        const TextMask& mask = renderer.render("gjÅ #12", size, 4000);
        EXPECT_EQ(mask.width % 2, 0);
        EXPECT_EQ(mask.height % 2, 0);
        EXPECT_GE(mask.height, size);
        EXPECT_EQ(mask.coverage.size(), static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height));
        for (int y = 0; y < mask.height; ++y)
            EXPECT_EQ(mask.coverage[static_cast<std::size_t>(y * mask.width)], 0) << "text touches the left edge";
        EXPECT_GT(*std::max_element(mask.coverage.begin(), mask.coverage.end()), 200);
    }
}

TEST(TextLabel, DrawsBoxAndTextInTheirColours) {
    Canvas canvas(200, 60, false);
    TextRenderer renderer;
    const TextMask& mask = renderer.render("HHH", 40, 200);
    draw_label(canvas.picture, mask, {10, 4}, kBox, kText);
    EXPECT_GT(canvas.count(kBox), 200);
    EXPECT_GT(canvas.count(kText), 100);
    int stray = 0;
    EXPECT_EQ(canvas.drawn(stray), 3 * mask.width * mask.height);
    EXPECT_EQ(stray, 0) << "the fourth byte of a pixel, or a byte outside the picture, was changed";
}

TEST(TextLabel, StaysInsideThePictureWhereverTheObjectIs) {
    TextRenderer renderer;
    for (const bool yuv : {false, true}) {
        for (const auto& [width, height] : {std::pair{1, 1}, {2, 1}, {3, 5}, {31, 17}, {160, 90}, {161, 91}}) {
            for (const auto& [x, y] : {std::pair{0, 0},
                                       {width - 1, 0},
                                       {0, height - 1},
                                       {width - 1, height - 1},
                                       {width / 2, height / 2},
                                       {width, height}}) {
                Canvas canvas(width, height, yuv);
                const TextMask& mask = renderer.render("person #7", 9, width);
                const LabelPlace place = place_label(canvas.picture, mask, x, y);
                draw_label(canvas.picture, mask, place, kBox, kText);
                int stray = 0;
                EXPECT_GT(canvas.drawn(stray), 0) << width << "x" << height << " at " << x << "," << y;
                EXPECT_EQ(stray, 0) << width << "x" << height << " at " << x << "," << y;
                EXPECT_TRUE(place.x + mask.width <= width || place.x == 0);
                EXPECT_TRUE(place.y + mask.height <= height || place.y == 0);
            }
        }
    }
}

TEST(TextLabel, StandsAboveItsObjectIfThereIsRoom) {
    const Canvas canvas(200, 90, false);
    TextRenderer renderer;
    const TextMask& mask = renderer.render("#7", 9, 200);
    const LabelPlace above = place_label(canvas.picture, mask, 50, 60);
    const LabelPlace below = place_label(canvas.picture, mask, 50, 3);
    EXPECT_EQ(above.x, 50);
    EXPECT_EQ(above.y, 60 - mask.height);
    EXPECT_EQ(below.y, 2);
}

TEST(TextLabel, BearsAnyText) {
    TextRenderer renderer;
    EXPECT_EQ(renderer.render("", 12, 100).width, 0);
    const int wide = renderer.render(std::string(100000, 'W'), 12, 300).width;
    EXPECT_LE(wide, 300);
    EXPECT_GT(wide, 200);
    EXPECT_GT(renderer.render("caf\xc3\xa9 \xe7\x8c\xab", 12, 300).width, 0);
    EXPECT_GT(renderer.render("\xff\xfe\x80 broken \xc3", 12, 300).width, 0);
    EXPECT_GT(renderer.render(std::string("zero\0inside", 11), 12, 300).width, 0);
    const int one_line = renderer.render("a b", 12, 300).height;
    EXPECT_EQ(renderer.render("a\nb\n\nc", 12, 300).height, one_line);
    EXPECT_GT(renderer.render("<b>&markup;</b>", 12, 300).width, 0);
}

TEST(TextLabel, RendersEachTextOnce) {
    TextRenderer renderer;
    const TextMask* first = &renderer.render("#1", 12, 100);
    renderer.forget_unused();
    EXPECT_EQ(&renderer.render("#1", 12, 100), first);
    EXPECT_NE(&renderer.render("#1", 13, 100), first);
    EXPECT_NE(&renderer.render("#2", 12, 100), first);
}

}  // namespace
