// SPDX-License-Identifier: MIT
// Tests which objects the lists of the properties mean.
#include "gst/gstausmobjectfilter.h"

#include <gtest/gtest.h>

namespace {

using ausm::gst::ObjectFilter;

TEST(ObjectFilter, MeansAllWithoutLists) {
    for (const ObjectFilter& filter : {ObjectFilter(), ObjectFilter("", " , ", "")}) {
        EXPECT_TRUE(filter.means(1, ""));
        EXPECT_TRUE(filter.means(std::int64_t{1} << 53, "person"));
        EXPECT_TRUE(filter.error().empty());
    }
}

TEST(ObjectFilter, MeansIdsAndLabelsOfEitherList) {
    const ObjectFilter filter("3, 17", "person , traffic light", "");
    EXPECT_TRUE(filter.means(3, "dog"));
    EXPECT_TRUE(filter.means(17, ""));
    EXPECT_TRUE(filter.means(4, "person"));
    EXPECT_TRUE(filter.means(4, "traffic light"));
    EXPECT_FALSE(filter.means(4, "dog"));
    EXPECT_FALSE(filter.means(4, "")) << "an object without a label has none of these";
    EXPECT_FALSE(filter.means(1, "persons"));
}

TEST(ObjectFilter, ExceptWinsByIdAndByLabel) {
    const ObjectFilter filter("3,4,5", "person", "4, dog");
    EXPECT_TRUE(filter.means(3, "cat"));
    EXPECT_FALSE(filter.means(4, "person"));
    EXPECT_FALSE(filter.means(5, "dog"));
    const ObjectFilter others("", "", "7,person");
    EXPECT_TRUE(others.means(1, "dog"));
    EXPECT_FALSE(others.means(7, "dog"));
    EXPECT_FALSE(others.means(1, "person"));
}

TEST(ObjectFilter, NamesWhatIsNoIdAndThenMeansNothing) {
    for (const char* wrong : {"x", "0", "-1", "1.5", "3 4", "99999999999999999999", "0x3"}) {
        const ObjectFilter filter(std::string("1,") + wrong, "person", "");
        EXPECT_NE(filter.error().find(std::string("'") + wrong + "'"), std::string::npos) << filter.error();
        EXPECT_FALSE(filter.means(1, "person"));
    }
}

}  // namespace
