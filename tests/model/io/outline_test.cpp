// SPDX-License-Identifier: MIT
// Outlines: hand-drawn shapes, and that filling them gives the very same pixels back.
#include "io/outline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <utility>

namespace ausm::io {
namespace {

using Polygon = std::vector<Ring>;

/// A map of rows of digits.
struct Drawing {
    explicit Drawing(const std::vector<std::string>& rows)
        : width(static_cast<int>(rows[0].size())), height(static_cast<int>(rows.size())) {
        for (const std::string& row : rows)
            for (const char digit : row)
                map.push_back(static_cast<std::uint8_t>(digit - '0'));
    }
    [[nodiscard]] std::vector<Polygon> outlines(std::uint8_t value) const {
        return outlines_of(map.data(), width, height, value);
    }

    int width, height;
    MaskPixels map;
};

MaskPixels filled(const std::vector<Polygon>& polygons, int width, int height) {
    MaskPixels mask(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (const Polygon& polygon : polygons)
        fill_polygon(mask, height, width, polygon);
    return mask;
}

MaskPixels pixels_of(const MaskPixels& map, std::uint8_t value) {
    MaskPixels mask;
    for (const std::uint8_t pixel : map)
        mask.push_back(pixel == value ? 1 : 0);
    return mask;
}

double twice_area(const Ring& ring) {
    double area = 0;
    for (std::size_t i = 0; i < ring.size(); i += 2) {
        const std::size_t next = (i + 2) % ring.size();
        area += double{ring[i]} * double{ring[next + 1]} - double{ring[next]} * double{ring[i + 1]};
    }
    return area;
}

TEST(Outline, IsNothingWhereTheValueIsNot) { EXPECT_TRUE(Drawing({"010", "000"}).outlines(2).empty()); }

TEST(Outline, OfARectangleHasFourCornersClockwise) {
    EXPECT_EQ(Drawing({"0000", "0110", "0110"}).outlines(1), (std::vector<Polygon>{{{3, 1, 3, 3, 1, 3, 1, 1}}}));
}

TEST(Outline, OfTheWholeMapIsItsBorder) {
    EXPECT_EQ(Drawing({"77", "77"}).outlines(7), (std::vector<Polygon>{{{2, 0, 2, 2, 0, 2, 0, 0}}}));
}

TEST(Outline, HolesRunTheOtherWay) {
    const auto polygons = Drawing({"1111", "1021", "1111"}).outlines(1);
    ASSERT_EQ(polygons.size(), 1U);
    ASSERT_EQ(polygons[0].size(), 2U);
    EXPECT_EQ(polygons[0][0], (Ring{4, 0, 4, 3, 0, 3, 0, 0}));
    EXPECT_EQ(polygons[0][1], (Ring{3, 2, 3, 1, 1, 1, 1, 2}));
}

TEST(Outline, AnIslandInAHoleIsAPolygonOfItsOwn) {
    const auto polygons = Drawing({"11111", "10001", "10101", "10001", "11111"}).outlines(1);
    ASSERT_EQ(polygons.size(), 2U);
    EXPECT_EQ(polygons[0].size(), 2U);
    EXPECT_EQ(polygons[1], (Polygon{{3, 2, 3, 3, 2, 3, 2, 2}}));
}

TEST(Outline, PixelsThatMeetByTheirCornersAreTwoPolygons) {
    const auto polygons = Drawing({"10", "01"}).outlines(1);
    EXPECT_EQ(polygons, (std::vector<Polygon>{{{1, 0, 1, 1, 0, 1, 0, 0}}, {{2, 1, 2, 2, 1, 2, 1, 1}}}));
}

TEST(Outline, APartThatClosesByTheCornersOfTwoPixelsHasAHole) {
    // The upper right pixel lies at the others by a corner only.
    const auto polygons = Drawing({"1110", "1001", "1111"}).outlines(1);
    ASSERT_EQ(polygons.size(), 1U);
    ASSERT_EQ(polygons[0].size(), 2U);
    EXPECT_GT(twice_area(polygons[0][0]), 0);
    EXPECT_EQ(twice_area(polygons[0][1]), -4);
}

/// Of any map: the pixels come back, the first ring is outer and the others are holes, no ring meets itself.
void expect_good(const MaskPixels& map, int width, int height, std::uint8_t value) {
    const auto polygons = outlines_of(map.data(), width, height, value);
    ASSERT_EQ(filled(polygons, width, height), pixels_of(map, value)) << width << "x" << height;
    for (const Polygon& polygon : polygons) {
        ASSERT_FALSE(polygon.empty());
        for (const Ring& ring : polygon) {
            ASSERT_GE(ring.size(), 8U);
            ASSERT_EQ(twice_area(ring) > 0, &ring == &polygon.front());
            std::set<std::pair<float, float>> corners;
            for (std::size_t i = 0; i < ring.size(); i += 2) {
                ASSERT_TRUE(corners.emplace(ring[i], ring[i + 1]).second) << "a corner twice";
                const std::size_t a = (i + ring.size() - 2) % ring.size(), b = (i + 2) % ring.size();
                ASSERT_NE(ring[a] == ring[i], ring[b] == ring[i]) << "no turn";
            }
        }
        MaskPixels whole(map.size()), outer(map.size());
        fill_polygon(whole, height, width, polygon);
        fill_polygon(outer, height, width, std::span(polygon).first(1));
        for (std::size_t i = 0; i < whole.size(); ++i)
            ASSERT_LE(whole[i], outer[i]) << "a hole outside of its outer ring";
    }
}

TEST(Outline, AnyMapComesBack) {
    std::mt19937 random(5);
    for (int round = 0; round < 600; ++round) {
        const int width = 1 + static_cast<int>(random() % 13), height = 1 + static_cast<int>(random() % 13);
        const auto values = 2 + random() % 3;
        MaskPixels map(static_cast<std::size_t>(width * height));
        for (auto& pixel : map)
            pixel = static_cast<std::uint8_t>(random() % values);
        for (std::uint8_t value = 0; value < values; ++value)
            expect_good(map, width, height, value);
    }
}

TEST(Outline, ALargeMapOfCornersTakesNoTime) {
    constexpr int kSide = 500;
    MaskPixels map(kSide * kSide);
    for (std::size_t i = 0; i < map.size(); ++i)
        map[i] = (i / kSide + i) % 2;
    const auto polygons = outlines_of(map.data(), kSide, kSide, 1);
    EXPECT_EQ(polygons.size(), map.size() / 2);
    EXPECT_EQ(filled(polygons, kSide, kSide), map);
}

}  // namespace
}  // namespace ausm::io
