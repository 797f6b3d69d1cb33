// SPDX-License-Identifier: MIT
// Run lengths and the objects of a mask image.
#include "gst/gstausmmask.h"

#include <gtest/gtest.h>

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

}  // namespace
