// SPDX-License-Identifier: MIT
// Run lengths and the objects of a mask image.
#include "gst/gstausmmask.h"

#include <gtest/gtest.h>

#include <limits>

using namespace ausm::gst;

namespace {

using Bytes = std::vector<std::uint8_t>;
using Counts = std::vector<std::uint32_t>;

MaskImage image(Bytes values) { return {static_cast<int>(values.size()), 1, std::move(values)}; }

TEST(MaskObjects, EveryValueButTheBackgroundIsAnObject) {
    EXPECT_EQ(mask_objects(image({0, 3, 1, 3, 254})), (Bytes{1, 3, 254}));
    EXPECT_EQ(mask_objects(image({0, 0})), Bytes{});
}

TEST(MaskObjects, Value255IsOneObjectAloneAndNobodysBesideOthers) {
    EXPECT_EQ(mask_objects(image({0, 255, 255})), Bytes{255});
    EXPECT_EQ(mask_objects(image({0, 255, 2})), Bytes{2});
}

TEST(Rle, RunsGoDownTheColumns) {
    const auto decoded = decode_rle(2, 3, Counts{1, 2, 3});
    ASSERT_TRUE(std::holds_alternative<MaskImage>(decoded));
    const auto& mask = std::get<MaskImage>(decoded);
    EXPECT_EQ(mask.width, 3);
    EXPECT_EQ(mask.height, 2);
    // Pixel 0 of column 0 is background, then two of the object: the rest of column 0 and the top of column 1.
    EXPECT_EQ(mask.values, (Bytes{0, 255, 0, 255, 0, 0}));
}

TEST(Rle, WrongSizesAndSumsAreRefused) {
    EXPECT_TRUE(std::holds_alternative<std::string>(decode_rle(2, 3, Counts{1, 2, 2})));
    EXPECT_TRUE(std::holds_alternative<std::string>(decode_rle(2, 3, Counts{7})));
    EXPECT_TRUE(std::holds_alternative<std::string>(decode_rle(0, 3, Counts{})));
    EXPECT_TRUE(std::holds_alternative<std::string>(decode_rle(kMaxMaskSide + 1, 1, Counts{kMaxMaskSide + 1})));
    EXPECT_TRUE(std::holds_alternative<std::string>(decode_rle(16384, 16384, Counts{16384U * 16384U})));
}

TEST(Mask, PolygonsAreFilledWithTheirHoles) {
    const ausm::io::Ring outer{0, 0, 4, 0, 4, 3, 0, 3}, hole{1, 1, 3, 1, 3, 2, 1, 2}, inner{1, 1, 2, 1, 2, 2, 1, 2};
    const auto mask = decode_polygons({3, 5, {{outer, hole}, {inner}}});
    ASSERT_TRUE(std::holds_alternative<MaskImage>(mask));
    EXPECT_EQ(std::get<MaskImage>(mask).width, 5);
    EXPECT_EQ(std::get<MaskImage>(mask).values,
              (std::vector<std::uint8_t>{255, 255, 255, 255, 0, 255, 255, 0, 255, 0, 255, 255, 255, 255, 0}));
}

TEST(Mask, PolygonsThatCannotBeAreRefused) {
    const ausm::io::Ring square{0, 0, 4, 0, 4, 3, 0, 3};
    EXPECT_FALSE(check_polygons({3, 5, {{square}}}));
    EXPECT_TRUE(check_polygons({0, 5, {{square}}}));
    EXPECT_TRUE(check_polygons({3, 5, {}}));
    EXPECT_TRUE(check_polygons({3, 5, {{}}}));
    EXPECT_TRUE(check_polygons({3, 5, {{square, {0, 0, 1, 1}}}}));
    EXPECT_TRUE(check_polygons({3, 5, {{{0, 0, 1, 1, 2}}}}));
    EXPECT_TRUE(check_polygons({3, 5, {{{0, 0, 70000, 1, 2, 2}}}}));
    EXPECT_TRUE(check_polygons({3, 5, {{{0, 0, std::numeric_limits<float>::quiet_NaN(), 1, 2, 2}}}}));
    // A comb that goes up and down through a tall mask would take minutes to fill.
    ausm::io::Ring comb;
    for (int i = 0; i < 20'000; ++i)
        comb.insert(comb.end(), {static_cast<float>(i % 100), i % 2 == 0 ? 0.F : 16384.F});
    const auto wrong = check_polygons({16384, 100, {{comb}}});
    ASSERT_TRUE(wrong);
    EXPECT_NE(wrong->find("too many long"), std::string::npos) << *wrong;
    const std::vector<std::vector<ausm::io::Ring>> many(20, {{0, 0, 8000, 0, 0, 8000}});
    const auto large = check_polygons({8000, 8000, many});
    ASSERT_TRUE(large);
    EXPECT_NE(large->find("too many large"), std::string::npos) << *large;
}

}  // namespace
