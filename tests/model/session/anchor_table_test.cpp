// SPDX-License-Identifier: MIT
// Which anchor stays: the one that knows who is away.
#include "session/anchor_table.h"

#include <gtest/gtest.h>

#include <ostream>

namespace ausm {

void PrintTo(const AnchorTable::Held& held, std::ostream* out) { *out << held.id << " in slot " << held.slot; }

namespace {

using Places = std::vector<AnchorTable::Place>;

/// Objects 1, 2, 3 in slots 0, 1, 2.
class AnchorTableTest : public testing::Test {
protected:
    AnchorTableTest() {
        for (int i = 0; i < 3; ++i)
            objects_.add(0, ObjectOrigin::kPrompt);
    }
    void hide(std::int64_t id) { objects_.objects()[*objects_.find(id)].unseen = 1; }
    static AnchorTable::Held held(std::int64_t id) { return {id, static_cast<int>(id) - 1}; }

    ObjectTable objects_{8, 0};
    AnchorTable anchors_;
};

TEST_F(AnchorTableTest, TheNewestTakesTheFirstPlace) {
    EXPECT_EQ(anchors_.add({held(1)}, objects_, 2), std::nullopt);
    EXPECT_EQ(anchors_.places(), (Places{{held(1)}, {}}));
    EXPECT_EQ(anchors_.add({held(1), held(2)}, objects_, 2), std::nullopt) << "nobody is away";
    EXPECT_EQ(anchors_.places(), (Places{{held(1), held(2)}, {}}));
}

TEST_F(AnchorTableTest, TheOneThatHoldsWhoIsAwayStays) {
    (void)anchors_.add({held(1), held(2)}, objects_, 2);
    hide(1);
    EXPECT_EQ(anchors_.add({held(2), held(3)}, objects_, 2), 0U) << "it moves over";
    EXPECT_EQ(anchors_.places(), (Places{{held(2), held(3)}, {held(1), held(2)}}));
    EXPECT_EQ(anchors_.add({held(2)}, objects_, 2), 1U) << "it stays where it is";
    EXPECT_EQ(anchors_.places(), (Places{{held(2)}, {held(1), held(2)}}));
    hide(2);
    EXPECT_EQ(anchors_.add({held(3)}, objects_, 2), 0U) << "the newer of two that are needed";
    EXPECT_EQ(anchors_.places(), (Places{{held(3)}, {held(2)}}));
}

TEST_F(AnchorTableTest, OneOfSomebodyWhoIsBackOrGoneDoesNotStay) {
    (void)anchors_.add({held(1)}, objects_, 2);
    hide(1);
    EXPECT_EQ(anchors_.add({held(1), held(2)}, objects_, 2), std::nullopt) << "the newest holds it, too";
    objects_.remove(*objects_.find(1));
    EXPECT_EQ(anchors_.add({held(2)}, objects_, 2), std::nullopt);
}

TEST_F(AnchorTableTest, OneWhoseSlotHasGoneToAnotherDoesNotStay) {
    (void)anchors_.add({held(1), held(2)}, objects_, 2);
    hide(2);
    objects_.remove(*objects_.find(1));
    for (int i = 0; i < 6; ++i)  // until slot 0 comes again
        objects_.add(0, ObjectOrigin::kPrompt);
    EXPECT_EQ(anchors_.add({held(3)}, objects_, 2), std::nullopt) << "it would take the new one for the old one";
}

TEST_F(AnchorTableTest, WithOnePlaceThereIsTheNewestOnly) {
    (void)anchors_.add({held(1)}, objects_, 1);
    hide(1);
    EXPECT_EQ(anchors_.add({held(2)}, objects_, 1), std::nullopt);
    EXPECT_EQ(anchors_.places(), Places{{held(2)}});
}

}  // namespace
}  // namespace ausm
