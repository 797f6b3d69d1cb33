// SPDX-License-Identifier: MIT
// The main() of the tests of faults: whatever GStreamer complains about ends the program, and no picture may leak.
#include "../elements/harness.h"

#include <gtest/gtest.h>

namespace {

class NothingLeaks : public testing::EmptyTestEventListener {
    void OnTestEnd(const testing::TestInfo&) override { EXPECT_EQ(ausm::test::Harness::living_pictures(), 0); }
};

}  // namespace

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    testing::GTEST_FLAG(death_test_style) = "threadsafe";
    testing::UnitTest::GetInstance()->listeners().Append(new NothingLeaks);
    gst_init(&argc, &argv);
    g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING));
    const int result = RUN_ALL_TESTS();
    gst_deinit();
    return result;
}
