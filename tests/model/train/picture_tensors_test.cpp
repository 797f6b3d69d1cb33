// SPDX-License-Identifier: MIT
// Pictures there and back.
#include "train/picture_tensors.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace ausm::train {
namespace {

TEST(PictureTensors, RowsOfPixelsThereAndBack) {
    const data::LabelledPicture picture{{2, 1, {1, 2, 3, 4, 5, 6}}, {2, 1, {7, 255}}};
    const auto tensors = tensors_of(picture);
    ASSERT_EQ(tensors.rgb.sizes(), (at::IntArrayRef{1, 2, 3}));
    ASSERT_EQ(tensors.ids.sizes(), (at::IntArrayRef{1, 2}));
    EXPECT_EQ(tensors.rgb[0][1][0].item<int>(), 4);
    EXPECT_EQ(tensors.ids[0][1].item<int>(), 255);
    const auto back = picture_of(tensors);
    EXPECT_EQ(back.rgb.width, 2);
    EXPECT_EQ(back.rgb.pixels, picture.rgb.pixels);
    EXPECT_EQ(back.ids.values, picture.ids.values);
}

TEST(PictureTensors, WithoutLabelsThereAreNone) {
    const auto tensors = tensors_of({{1, 1, {1, 2, 3}}, {}});
    EXPECT_FALSE(tensors.ids.defined());
    EXPECT_TRUE(picture_of(tensors).ids.values.empty());
}

TEST(PictureTensors, PartsOfTensorsAreCopiedByRows) {
    const auto part = at::arange(16, at::kLong).to(at::kByte).view({4, 4}).slice(1, 1, 3).slice(0, 0, 2);
    const auto picture = index_of(part);
    EXPECT_EQ(picture.width, 2);
    EXPECT_EQ(picture.values, (std::vector<std::uint8_t>{1, 2, 5, 6}));
    EXPECT_THROW((void)rgb_of(part), c10::Error);
    EXPECT_THROW((void)index_of(part.to(at::kInt)), c10::Error);
}

}  // namespace
}  // namespace ausm::train
