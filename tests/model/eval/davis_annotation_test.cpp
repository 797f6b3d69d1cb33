// SPDX-License-Identifier: MIT
// What the numbers of annotations mean.
#include "eval/davis_annotation.h"

#include "../../gst/png_file.h"
#include "../../gst/temporary_folder.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ausm::eval {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(DavisObjects, CountsUpToTheHighestNumberOfTheFirstAnnotation) {
    const auto two = davis_objects({4, 1, {0, 2, 255, 0}}, "a.png");
    EXPECT_EQ(two.count, 2);  // 1 is missing there, but officially counts
    EXPECT_FALSE(two.binary);
}

TEST(DavisObjects, OnlyZeroAnd255IsOneObject) {
    const auto one = davis_objects({3, 1, {0, 255, 0}}, "a.png");
    EXPECT_EQ(one.count, 1);
    EXPECT_TRUE(one.binary);
}

TEST(DavisObjects, RefusesAnEmptyAnnotationByName) {
    try {
        (void)davis_objects({2, 1, {0, 0}}, "some/00000.png");
        FAIL() << "no error";
    } catch (const std::runtime_error& failure) {
        EXPECT_NE(std::string(failure.what()).find("'some/00000.png' shows no object"), std::string::npos);
    }
}

TEST(ReadAnnotation, VoidAndLaterObjectsAreBackground) {
    const TemporaryFolder folder;
    const auto path = folder.path("a.png");
    write_png(path, 5, 1, 8, PNG_COLOR_TYPE_PALETTE, {{0, 1, 2, 3, 255}});
    EXPECT_EQ(read_annotation(path, {2, false}).values, (Bytes{0, 1, 2, 0, 0}));
    EXPECT_EQ(read_annotation(path, {1, true}).values, (Bytes{0, 1, 1, 1, 1}));
}

TEST(PixelsOf, OneValue) { EXPECT_EQ(pixels_of({4, 1, {0, 2, 1, 2}}, 2), (Bytes{0, 1, 0, 1})); }

}  // namespace
}  // namespace ausm::eval
