// SPDX-License-Identifier: MIT
// A model library that is missing or another one: an error when the element starts, and a start once it is there. Each
// case is a process of its own, because an opened library stays for ever.
#include "../gst/other_libtorch.h"
#include "../gst/temporary_folder.h"
#include "faults.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>

using namespace ausm::test;

namespace {

/// Starts ausmsegment with this library, then with the good one; ends the process with 0 when all is as it should be.
[[noreturn]] void try_library(const std::string& library, const std::vector<std::string>& parts,
                              bool can_be_put_right) {
    const std::string good = g_getenv("AUSM_LIBRARY");
    const Owned<GstBus> bus(gst_bus_new());
    const Owned<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ausmsegment", nullptr))));
    gst_element_set_bus(element.get(), bus.get());
    g_setenv("AUSM_LIBRARY", library.c_str(), TRUE);
    EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
    const Owned<GstMessage> error(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    EXPECT_TRUE(error);
    if (error) {
        expect_parts(report_of(error.get()).message, parts);
        expect_parts(report_of(error.get()).detail, {"./setup"});
    }
    if (can_be_put_right) {
        g_setenv("AUSM_LIBRARY", good.c_str(), TRUE);
        EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    }
    gst_element_set_bus(element.get(), nullptr);
    gst_element_set_state(element.get(), GST_STATE_NULL);
    std::_Exit(testing::Test::HasFailure() ? 1 : 0);
}

/// The application has loaded another LibTorch before the element starts. Ends the process as above.
[[noreturn]] void start_after_another() {
    g_setenv("AUSM_OTHER_LIBTORCH_VERSION", "020401", TRUE);
    EXPECT_TRUE(dlopen(AUSM_OTHER_LIBTORCH, RTLD_NOW | RTLD_GLOBAL));
    const Owned<GstBus> bus(gst_bus_new());
    const Owned<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ausmsegment", nullptr))));
    gst_element_set_bus(element.get(), bus.get());
    EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
    const Owned<GstMessage> error(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    EXPECT_TRUE(error);
    if (error)
        expect_parts(report_of(error.get()).message,
                     {"needs LibTorch", "LibTorch 2.4.1 of", "in this process already"});
    gst_element_set_bus(element.get(), nullptr);
    gst_element_set_state(element.get(), GST_STATE_NULL);
    std::_Exit(testing::Test::HasFailure() ? 1 : 0);
}

/// The application loads another LibTorch, for all to see, between the start and the first frame. Ends the process as
/// above.
[[noreturn]] void play_beside_another() {
    {
        Segment segment;
        void* const own = dlopen("libtorch_cpu.so", RTLD_LAZY | RTLD_NOLOAD);
        void* const other = dlopen(AUSM_OTHER_LIBTORCH, RTLD_NOW | RTLD_GLOBAL);
        EXPECT_TRUE(own && other && own != other);
        for (const char* name : {AUSM_SIGMOID, AUSM_LAYER_NORM})
            EXPECT_TRUE(dlsym(own, name) && dlsym(other, name)) << name << ": nothing is tested";
        EXPECT_TRUE(segment.pass(0));
        segment.show(5, 1);
    }
    std::_Exit(testing::Test::HasFailure() ? 1 : 0);
}

TEST(Library, MissingIsAnErrorAndCanBePutRight) {
    EXPECT_EXIT(try_library("/nowhere/libausm.so", {"'/nowhere/libausm.so' does not exist"}, true),
                testing::ExitedWithCode(0), "");
}

TEST(Library, ThatIsNoLibraryIsAnErrorAndCanBePutRight) {
    const TemporaryFolder folder;
    EXPECT_EXIT(try_library(folder.write("libausm.so", "text"), {"libausm.so", "cannot be loaded"}, true),
                testing::ExitedWithCode(0), "");
}

TEST(Library, ThatIsAnotherOneIsAnErrorAndCanBePutRight) {
    EXPECT_EXIT(try_library(AUSM_UNRELATED_LIBRARY, {AUSM_UNRELATED_LIBRARY, "is not the model library"}, true),
                testing::ExitedWithCode(0), "");
}

TEST(Library, OfAnotherInterfaceVersionIsAnError) {
    EXPECT_EXIT(try_library(AUSM_OTHER_INTERFACE, {AUSM_OTHER_INTERFACE, "does not fit", "interface 0"}, false),
                testing::ExitedWithCode(0), "");
}

TEST(Library, ThatNeedsAnotherLibTorchThanTheApplicationHasIsAnError) {
    EXPECT_EXIT(start_after_another(), testing::ExitedWithCode(0), "");
}

TEST(Library, GoesOnWhenTheApplicationLoadsAnotherLibTorchLater) {
    EXPECT_EXIT(play_beside_another(), testing::ExitedWithCode(0), "");
}

}  // namespace
