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

/// Writes counts as COCO does; the inverse of decompress_rle().
std::string compress(const Counts& counts) {
    std::string text;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        std::int64_t x = counts[i];
        if (i > 2)
            x -= counts[i - 2];
        for (bool more = true; more;) {
            std::int64_t bits = x & 0x1f;
            x >>= 5;
            more = (bits & 0x10) != 0 ? x != -1 : x != 0;
            text.push_back(static_cast<char>((more ? bits | 0x20 : bits) + '0'));
        }
    }
    return text;
}

TEST(Rle, CompressedCountsComeBack) {
    for (const Counts& counts : {Counts{6}, Counts{1, 2, 3}, Counts{0, 31, 32, 1, 1000000, 5, 7, 100000}, Counts{}})
        EXPECT_EQ(decompress_rle(compress(counts)), counts);
    EXPECT_EQ(decompress_rle("13"), (Counts{1, 3}));
}

TEST(Rle, DamagedTextIsRefused) {
    for (const char* text : {"P", "1P", " ", "~", "ooooooooooo", "1000/", "111M"})
        EXPECT_FALSE(decompress_rle(text)) << text;
}

}  // namespace
