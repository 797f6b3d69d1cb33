// SPDX-License-Identifier: MIT
// Lists of names in properties: blanks, empty entries, and what an empty list means.
#include "gst/gstausmnames.h"

#include <gtest/gtest.h>

using ausm::gst::is_named;

namespace {

TEST(Names, ArePartedByCommasWithOrWithoutBlanks) {
    for (const char* list : {"dog", "cat,dog", " cat , dog ", "dog,", ",,dog", "dog,dog"}) {
        EXPECT_TRUE(is_named(list, "dog")) << list;
        EXPECT_FALSE(is_named(list, "do")) << list;
        EXPECT_FALSE(is_named(list, "dogs")) << list;
        EXPECT_FALSE(is_named(list, "")) << list;
    }
    EXPECT_TRUE(is_named("hot dog, cat", "hot dog"));
}

TEST(Names, AListThatNamesNothingHasAll) {
    for (const char* list : {"", " ", ",", " , ,, "}) {
        EXPECT_TRUE(is_named(list, "dog")) << '"' << list << '"';
        EXPECT_TRUE(is_named(list, "")) << '"' << list << '"';
    }
}

}  // namespace
