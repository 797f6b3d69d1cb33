// SPDX-License-Identifier: MIT
// The main() of the tests that use GStreamer.
#include <gst/gst.h>
#include <gtest/gtest.h>

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    gst_init(&argc, &argv);
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
    // A thread of GLib's pool that is used again gets its work by a futex, which ThreadSanitizer takes for no order.
    g_thread_pool_set_max_unused_threads(0);
#endif
#endif
    const int result = RUN_ALL_TESTS();
    gst_deinit();
    return result;
}
