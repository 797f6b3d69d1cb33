// SPDX-License-Identifier: MIT
// model/ausm.h stands alone: this file includes nothing else of the project and sees no other include path.
#include "ausm.h"

#include <gtest/gtest.h>

#include <type_traits>

TEST(AusmHeader, ValuesAreCopyableAndClassesAreNot) {
    EXPECT_TRUE(std::is_copy_constructible_v<ausm::Prompt>);
    EXPECT_TRUE(std::is_copy_constructible_v<ausm::Result>);
    EXPECT_FALSE(std::is_copy_constructible_v<ausm::Session>);
    EXPECT_FALSE(std::is_copy_constructible_v<ausm::Engine>);
    EXPECT_TRUE(std::is_trivially_copyable_v<ausm::Frame>);
}

TEST(AusmHeader, DefaultsAreTheDocumentedOnes) {
    const ausm::SessionOptions options;
    EXPECT_EQ(options.mode, ausm::Mode::kAuto);
    EXPECT_EQ(options.threshold, 0.5);
    EXPECT_EQ(options.presence, 0.5);
    EXPECT_EQ(options.max_age, 150);
    EXPECT_EQ(options.seed, 0U);
}
