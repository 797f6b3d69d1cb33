// SPDX-License-Identifier: MIT
// Tests the palettes and the conversion to YUV against published values.
#include "elements/maskoverlay/colour.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace {

using namespace ausm::gst::overlay;

TEST(Colour, DavisPaletteIsTheDataSets) {
    const Rgb expected[] = {{128, 0, 0},     {0, 128, 0}, {128, 128, 0}, {0, 0, 128},  {128, 0, 128}, {0, 128, 128},
                            {128, 128, 128}, {64, 0, 0},  {192, 0, 0},   {64, 128, 0}, {192, 128, 0}};
    for (std::int64_t id = 1; const Rgb& colour : expected)
        EXPECT_EQ(palette_colour(Palette::kDavis, id++), colour) << id - 1;
    EXPECT_EQ(palette_colour(Palette::kDavis, 255), (Rgb{224, 224, 192}));
    EXPECT_EQ(palette_colour(Palette::kDavis, 256), (Rgb{128, 0, 0})) << "starts again, never black";
    EXPECT_EQ(palette_colour(Palette::kDavis, std::int64_t{1} << 53), palette_colour(Palette::kDavis, 32));
}

TEST(Colour, PalettesHaveAColourForEachOf255Ids) {
    for (const Palette palette : {Palette::kDavis, Palette::kVivid}) {
        std::set<std::tuple<int, int, int>> seen;
        for (std::int64_t id = 1; id <= 255; ++id) {
            const Rgb colour = palette_colour(palette, id);
            seen.insert({colour.r, colour.g, colour.b});
        }
        EXPECT_EQ(seen.size(), 255u);
    }
}

TEST(Colour, VividColoursAreBrightAndSaturated) {
    for (const std::int64_t id : {std::int64_t{1}, std::int64_t{2}, std::int64_t{77}, std::int64_t{1} << 53}) {
        const Rgb colour = palette_colour(Palette::kVivid, id);
        EXPECT_EQ(std::max({colour.r, colour.g, colour.b}), 255);
        EXPECT_EQ(std::min({colour.r, colour.g, colour.b}), 51);
    }
}

TEST(Colour, TextIsReadableOnItsBackground) {
    EXPECT_EQ(text_colour_on({128, 0, 0}), (Rgb{255, 255, 255}));
    EXPECT_EQ(text_colour_on({192, 192, 0}), (Rgb{0, 0, 0}));
}

TEST(Colour, YuvOfWhiteBlackAndPrimaries) {
    using ausm::ColorMatrix, ausm::ColorRange;
    for (const ColorMatrix matrix : {ColorMatrix::kBt601, ColorMatrix::kBt709}) {
        EXPECT_EQ(to_yuv({0, 0, 0}, matrix, ColorRange::kLimited), (Colour{16, 128, 128}));
        EXPECT_EQ(to_yuv({255, 255, 255}, matrix, ColorRange::kLimited), (Colour{235, 128, 128}));
        EXPECT_EQ(to_yuv({0, 0, 0}, matrix, ColorRange::kFull), (Colour{0, 128, 128}));
        EXPECT_EQ(to_yuv({255, 255, 255}, matrix, ColorRange::kFull), (Colour{255, 128, 128}));
    }
    EXPECT_EQ(to_yuv({255, 0, 0}, ColorMatrix::kBt601, ColorRange::kLimited), (Colour{81, 90, 240}));
    EXPECT_EQ(to_yuv({0, 255, 0}, ColorMatrix::kBt601, ColorRange::kLimited), (Colour{145, 54, 34}));
    EXPECT_EQ(to_yuv({0, 0, 255}, ColorMatrix::kBt601, ColorRange::kLimited), (Colour{41, 240, 110}));
    EXPECT_EQ(to_yuv({255, 0, 0}, ColorMatrix::kBt709, ColorRange::kLimited), (Colour{63, 102, 240}));
    EXPECT_EQ(to_yuv({0, 0, 255}, ColorMatrix::kBt601, ColorRange::kFull), (Colour{29, 255, 107}));
}

}  // namespace
