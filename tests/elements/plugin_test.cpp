// SPDX-License-Identifier: MIT
// The plugin file: what it needs and exports, how fast it is scanned, and that every way to fail to start is told on
// the bus and can be put right.
#include "harness.h"

#include "../gst/temporary_folder.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>

using namespace ausm::test;

namespace {

/// Output and status of a shell command.
struct Shell {
    std::string output;
    int status = -1;

    explicit Shell(const std::string& command) {
        std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
        std::array<char, 4096> part{};
        for (std::size_t count = 0; (count = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
            output.append(part.data(), count);
        status = pclose(pipe);
    }
};

TEST(Plugin, NeedsNeitherLibTorchNorTheModelLibrary) {
    const Shell needed("readelf -d " AUSM_PLUGIN);
    ASSERT_EQ(needed.status, 0) << needed.output;
    ASSERT_NE(needed.output.find("libgstreamer-1.0"), std::string::npos);
    for (const char* library : {"torch", "libc10", "libausm", "cudart", "gomp"})
        EXPECT_EQ(needed.output.find(library), std::string::npos) << library << " is in:\n" << needed.output;
}

TEST(Plugin, ExportsThePluginSymbolsOnly) {
    const Shell exported("nm -D --defined-only " AUSM_PLUGIN);
    ASSERT_EQ(exported.status, 0) << exported.output;
    std::istringstream lines(exported.output);
    std::string address;
    std::string kind;
    std::string name;
    std::vector<std::string> strong;
    while (lines >> address >> kind >> name) {
        if (kind != "W" && kind != "V" && kind != "u")
            strong.push_back(name);
    }
    std::sort(strong.begin(), strong.end());
    if (std::getenv("AUSM_SANITIZED"))
        GTEST_SKIP() << "a sanitizer exports symbols of its own";
    EXPECT_EQ(strong, (std::vector<std::string>{"gst_plugin_ausm_get_desc", "gst_plugin_ausm_register"}));
}

/// Environment of a process with an empty registry that sees this plugin only, and no model library.
std::string bare(const TemporaryFolder& folder, const std::string& name) {
    return "env GST_REGISTRY=" + folder.path(name) + " AUSM_LIBRARY=/nonexistent AUSM_WEIGHTS=/nonexistent ";
}

TEST(Plugin, IsInspectedWithoutTheModelLibrary) {
    if (std::getenv("AUSM_SANITIZED"))
        GTEST_SKIP() << "a program without the sanitizer cannot load the plugin";
    const TemporaryFolder folder;
    for (const char* element : {"ausmsegment", "ausmprompt", "maskjson", "maskoverlay"}) {
        const Shell inspected(bare(folder, "r.bin") + "gst-inspect-1.0 " + element);
        if (inspected.status == 127 << 8)
            GTEST_SKIP() << "gst-inspect-1.0 is not installed";
        EXPECT_EQ(inspected.status, 0) << inspected.output;
        EXPECT_NE(inspected.output.find("Klass"), std::string::npos) << inspected.output;
        EXPECT_EQ(inspected.output.find("WARNING"), std::string::npos) << inspected.output;
        EXPECT_EQ(inspected.output.find("CRITICAL"), std::string::npos) << inspected.output;
    }
}

/// Processor time that child processes have used so far, in microseconds.
gint64 children_time() {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    const auto micro = [](const timeval& time) { return gint64{time.tv_sec} * G_USEC_PER_SEC + time.tv_usec; };
    return micro(usage.ru_utime) + micro(usage.ru_stime);
}

TEST(Plugin, IsScannedInLessThan40Milliseconds) {
    if (std::getenv("AUSM_SANITIZED"))
        GTEST_SKIP() << "a program without the sanitizer cannot load the plugin";
    const TemporaryFolder folder;
    gint64 best = G_MAXINT64;
    // The best of some and processor time, scan and inspection together: a busy machine is not the plugin's fault.
    for (int i = 0; i < 7; ++i) {
        const gint64 before = children_time();
        const Shell scan(bare(folder, "r" + std::to_string(i)) + "gst-inspect-1.0 ausmsegment");
        if (scan.status == 127 << 8)
            GTEST_SKIP() << "gst-inspect-1.0 is not installed";
        ASSERT_EQ(scan.status, 0) << scan.output;
        best = std::min(best, children_time() - before);
    }
    RecordProperty("microseconds", static_cast<int>(best));
    EXPECT_LT(best, 40000);
}

TEST(Plugin, PropertiesSayWhenTheyMayBeChanged) {
    for (const char* name : {"ausmsegment", "ausmprompt", "maskjson", "maskoverlay"}) {
        const Owned<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make(name, nullptr))));
        ASSERT_TRUE(element);
        guint count = 0;
        GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element.get()), &count);
        for (guint i = 0; i < count; ++i) {
            const GParamFlags flags = specs[i]->flags;
            if (specs[i]->owner_type != G_OBJECT_TYPE(element.get()) || !(flags & G_PARAM_WRITABLE))
                continue;
            const int mutabilities = ((flags & GST_PARAM_MUTABLE_READY) ? 1 : 0) +
                                     ((flags & GST_PARAM_MUTABLE_PAUSED) ? 1 : 0) +
                                     ((flags & GST_PARAM_MUTABLE_PLAYING) ? 1 : 0);
            EXPECT_EQ(mutabilities, 1) << name << "::" << specs[i]->name;
            EXPECT_EQ(flags & G_PARAM_STATIC_STRINGS, G_PARAM_STATIC_STRINGS) << name << "::" << specs[i]->name;
        }
        g_free(specs);
    }
}

/// What the bus says when the element is to start.
Report failure(GstElement* element) {
    const Owned<GstBus> bus(gst_bus_new());
    gst_element_set_bus(element, bus.get());
    EXPECT_EQ(gst_element_set_state(element, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
    const Owned<GstMessage> error(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    EXPECT_TRUE(error);
    EXPECT_EQ(gst_element_set_state(element, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    gst_element_set_bus(element, nullptr);
    return error ? report_of(error.get()) : Report{};
}

class Start : public testing::Test {
protected:
    TemporaryFolder folder;
    Owned<GstElement> element{GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ausmsegment", nullptr)))};

    void expect_start() {
        EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
        EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    }
};

TEST_F(Start, MissingWeightsAreNamedAndCanBePutRight) {
    g_object_set(element.get(), "weights", "/nowhere/a.safetensors", nullptr);
    const Report report = failure(element.get());
    EXPECT_EQ(report.domain, GST_RESOURCE_ERROR);
    EXPECT_EQ(report.code, GST_RESOURCE_ERROR_NOT_FOUND);
    EXPECT_NE(report.message.find("/nowhere/a.safetensors"), std::string::npos) << report.message;
    EXPECT_NE(report.detail.find("AUSM_WEIGHTS"), std::string::npos) << report.detail;
    g_object_set(element.get(), "weights", nullptr, nullptr);
    expect_start();
}

TEST_F(Start, CorruptWeightsAreNamedAndCanBePutRight) {
    std::string content(64, '\xff');
    for (const std::string& bytes : {content, std::string(), std::string("\x02\0\0\0\0\0\0\0{}", 10)}) {
        const std::string file = folder.write("bad.safetensors", bytes);
        g_object_set(element.get(), "weights", file.c_str(), nullptr);
        const Report report = failure(element.get());
        EXPECT_EQ(report.domain, GST_RESOURCE_ERROR) << report.message;
        EXPECT_EQ(report.code, GST_RESOURCE_ERROR_READ) << report.message;
        EXPECT_NE(report.message.find(file), std::string::npos) << report.message;
    }
    g_object_set(element.get(), "weights", nullptr, nullptr);
    expect_start();
}

TEST_F(Start, ADeviceThatIsNotThereIsNamed) {
    g_object_set(element.get(), "device", "cuda:99", nullptr);
    const Report report = failure(element.get());
    EXPECT_EQ(report.domain, GST_RESOURCE_ERROR);
    EXPECT_NE(report.message.find("cuda:99"), std::string::npos) << report.message;
    EXPECT_NE(report.detail.find("cpu"), std::string::npos) << report.detail;
    g_object_set(element.get(), "device", "cpu", nullptr);
    expect_start();
}

TEST_F(Start, ASettingThatTheModelRefusesIsAnError) {
    g_object_set(element.get(), "max-objects", 254, nullptr);
    const Report report = failure(element.get());
    EXPECT_EQ(report.domain, GST_LIBRARY_ERROR);
    EXPECT_EQ(report.code, GST_LIBRARY_ERROR_SETTINGS);
    EXPECT_NE(report.message.find("max"), std::string::npos) << report.message;
    g_object_set(element.get(), "max-objects", 0, nullptr);
    expect_start();
}

TEST_F(Start, WeightsThatAreSetInReadyAreOpenedOnTheWayToPaused) {
    const Owned<GstBus> bus(gst_bus_new());
    gst_element_set_bus(element.get(), bus.get());
    ASSERT_EQ(gst_element_set_state(element.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    g_object_set(element.get(), "weights", "/nowhere/a.safetensors", nullptr);
    EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    EXPECT_TRUE(Owned<GstMessage>(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR)));
    g_object_set(element.get(), "weights", nullptr, nullptr);
    EXPECT_NE(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    gst_element_set_bus(element.get(), nullptr);
    EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

}  // namespace
