// SPDX-License-Identifier: MIT
// Tests that GstAusmMeta says what the model gave, owns its maps, survives copies and is refused when malformed.
#include "gst/ausm/gstausmmeta.h"  // first: must stand alone in C++, too

#include "gst/gstausmmeta.h"
#include "gst/gstausmmetatransform.h"
#include "gst/raii.h"
#include "sample.h"

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

extern "C" gint64 ausm_test_sum_of_ids_in_c(GstBuffer* buffer);

namespace {

using Buffer = ausm::gst::Owned<GstBuffer>;

using ausm::test::sample;

constexpr ausm::gst::MetaOptions kOptions{640, 480, true, "ausm-nano", 41};

Buffer annotated(ausm::Result result = sample(), const ausm::gst::MetaOptions& options = kOptions) {
    Buffer buffer(gst_buffer_new());
    EXPECT_TRUE(ausm::gst::attach_meta(buffer.get(), result, options));
    return buffer;
}

std::vector<guint8> bytes(GstBuffer* buffer) {
    std::vector<guint8> all(gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, all.data(), all.size());
    return all;
}

GstStructure* structure(const Buffer& buffer) {
    return gst_custom_meta_get_structure(gst_buffer_get_custom_meta(buffer.get(), GST_AUSM_META_NAME));
}

// First, while nothing has registered it yet.
TEST(AusmMeta, CanBeRegisteredFromManyThreads) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([] { ausm::gst::register_meta(); });
    for (auto& thread : threads)
        thread.join();
    EXPECT_TRUE(gst_meta_info_is_custom(gst_meta_get_info(GST_AUSM_META_NAME)));
}

TEST(AusmMeta, BufferWithoutItHasNone) {
    const Buffer buffer(gst_buffer_new());
    GstAusmMetaView view;
    EXPECT_FALSE(gst_ausm_meta_get(buffer.get(), &view));
    EXPECT_EQ(ausm_test_sum_of_ids_in_c(buffer.get()), -1);
}

TEST(AusmMeta, SaysWhatTheModelGave) {
    const Buffer buffer = annotated();
    GstAusmMetaView view;
    ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    EXPECT_EQ(view.serial, 41u);
    EXPECT_EQ(view.width, 640);
    EXPECT_EQ(view.height, 480);
    EXPECT_TRUE(view.fresh);
    EXPECT_STREQ(view.source, "ausm-nano");
    EXPECT_EQ(view.map_width, 4);
    EXPECT_EQ(view.map_height, 3);
    EXPECT_EQ(bytes(view.map), sample().map);
    EXPECT_EQ(view.confidence, nullptr);
    ASSERT_EQ(view.n_objects, 3u);
    for (guint i = 0; i < 3; ++i) {
        const ausm::Object expected = sample().objects[i];
        GstAusmObject object;
        ASSERT_TRUE(gst_ausm_meta_get_object(&view, i, &object));
        EXPECT_EQ(object.id, expected.id);
        EXPECT_EQ(object.value, expected.value);
        EXPECT_EQ(object.label, expected.label);
        EXPECT_EQ(object.score, expected.score);
        EXPECT_EQ((std::array{object.x0, object.y0, object.x1, object.y1}), expected.box);
        EXPECT_EQ(object.area, expected.area);
        EXPECT_EQ(static_cast<int>(object.state), static_cast<int>(expected.state));
        EXPECT_EQ(static_cast<int>(object.origin), static_cast<int>(expected.origin));
    }
    GstAusmObject object;
    EXPECT_FALSE(gst_ausm_meta_get_object(&view, 3, &object));
    EXPECT_EQ(ausm_test_sum_of_ids_in_c(buffer.get()), 7 + 9 + 12);
}

TEST(AusmMeta, SaysTheShapeOfAPixel) {
    GstAusmMetaView view;
    const Buffer square = annotated();
    ASSERT_TRUE(gst_ausm_meta_get(square.get(), &view));
    EXPECT_EQ(view.pixel_aspect_n, view.pixel_aspect_d);
    const Buffer wide = annotated(sample(), {720, 576, true, "ausm-nano", 41, 16, 15});
    ASSERT_TRUE(gst_ausm_meta_get(wide.get(), &view));
    EXPECT_EQ(view.pixel_aspect_n, 16);
    EXPECT_EQ(view.pixel_aspect_d, 15);
    gst_structure_set(structure(wide), "pixel-aspect-ratio", GST_TYPE_FRACTION, -16, 15, nullptr);
    EXPECT_FALSE(gst_ausm_meta_get(wide.get(), &view));
    gst_structure_set(structure(wide), "pixel-aspect-ratio", G_TYPE_INT, 1, nullptr);
    EXPECT_FALSE(gst_ausm_meta_get(wide.get(), &view));
    gst_structure_remove_field(structure(wide), "pixel-aspect-ratio");
    ASSERT_TRUE(gst_ausm_meta_get(wide.get(), &view)) << "an older writer has no such field";
    EXPECT_EQ(view.pixel_aspect_n, 1);
    EXPECT_EQ(view.pixel_aspect_d, 1);
}

TEST(AusmMeta, TakesTheMapsWithoutACopy) {
    ausm::Result result = sample();
    result.confidence.assign(12, 200);
    const auto* map = result.map.data();
    const auto* confidence = result.confidence.data();
    const Buffer buffer(gst_buffer_new());
    ASSERT_TRUE(ausm::gst::attach_meta(buffer.get(), result, kOptions));
    EXPECT_TRUE(result.map.empty());
    EXPECT_TRUE(result.confidence.empty());
    EXPECT_EQ(result.objects.size(), 3u);

    GstAusmMetaView view;
    ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    const std::pair<GstBuffer*, const guint8*> planes[] = {{view.map, map}, {view.confidence, confidence}};
    for (const auto& [plane, data] : planes) {
        GstMapInfo info;
        ASSERT_TRUE(gst_buffer_map(plane, &info, GST_MAP_READ));
        EXPECT_EQ(info.data, data);
        EXPECT_EQ(info.size, 12u);
        gst_buffer_unmap(plane, &info);
        const GstVideoMeta* video = gst_buffer_get_video_meta(plane);
        ASSERT_NE(video, nullptr);
        EXPECT_EQ(video->format, GST_VIDEO_FORMAT_GRAY8);
        EXPECT_EQ(video->stride[0], 4);
    }
}

TEST(AusmMeta, ReplacesTheOneThatIsThere) {
    const Buffer buffer = annotated();
    ausm::Result result = sample();
    result.objects.resize(1);
    ASSERT_TRUE(ausm::gst::attach_meta(buffer.get(), result, {320, 240, false, {}, 42}));
    EXPECT_EQ(gst_buffer_get_n_meta(buffer.get(), gst_meta_get_info(GST_AUSM_META_NAME)->api), 1u);
    GstAusmMetaView view;
    ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    EXPECT_EQ(view.serial, 42u);
    EXPECT_FALSE(view.fresh);
    EXPECT_STREQ(view.source, "");
    EXPECT_EQ(view.n_objects, 1u);
}

TEST(AusmMeta, SurvivesACopyAndTheEndOfTheOriginal) {
    Buffer buffer = annotated();
    const Buffer copy(gst_buffer_copy(buffer.get()));
    buffer.reset();
    GstAusmMetaView view;
    ASSERT_TRUE(gst_ausm_meta_get(copy.get(), &view));
    EXPECT_EQ(bytes(view.map), sample().map);
    EXPECT_EQ(view.n_objects, 3u);
}

TEST(AusmMeta, KeepsTheMapAliveForItsReader) {
    Buffer buffer = annotated();
    GstAusmMetaView view;
    ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    const Buffer map(gst_buffer_ref(view.map));
    buffer.reset();
    EXPECT_EQ(bytes(map.get()), sample().map);
}

TEST(AusmMeta, RefusesASharedBuffer) {
    const Buffer buffer(gst_buffer_new()), other(gst_buffer_ref(buffer.get()));
    ausm::Result result = sample();
    EXPECT_FALSE(ausm::gst::attach_meta(buffer.get(), result, kOptions));
    EXPECT_EQ(result.map, sample().map);
    EXPECT_EQ(gst_buffer_get_custom_meta(buffer.get(), GST_AUSM_META_NAME), nullptr);
}

TEST(AusmMeta, RefusesWrongSizesAndLeavesTheResultAlone) {
    const Buffer buffer = annotated();
    auto refused = [&](auto change) {
        ausm::Result result = sample();
        ausm::gst::MetaOptions options = kOptions;
        change(result, options);
        const auto map = result.map, confidence = result.confidence;
        const bool attached = ausm::gst::attach_meta(buffer.get(), result, options);
        EXPECT_EQ(result.map, map);
        EXPECT_EQ(result.confidence, confidence);
        return !attached;
    };
    EXPECT_TRUE(refused([](ausm::Result& result, auto&) { result.map.pop_back(); }));
    EXPECT_TRUE(refused([](ausm::Result& result, auto&) {
        result.map_width = 0;
        result.map.clear();
    }));
    EXPECT_TRUE(refused([](ausm::Result& result, auto&) {
        result.map_width = -4;
        result.map_height = -3;
    }));
    EXPECT_TRUE(refused([](ausm::Result& result, auto&) { result.confidence = {1, 2, 3}; }));
    EXPECT_TRUE(refused([](auto&, ausm::gst::MetaOptions& options) { options.width = 0; }));
    EXPECT_TRUE(refused([](auto&, ausm::gst::MetaOptions& options) { options.height = -1; }));
    GstAusmMetaView view;
    EXPECT_TRUE(gst_ausm_meta_get(buffer.get(), &view)) << "the metadata that was there is gone";
}

TEST(AusmMeta, LabelsBecomeUtf8) {
    ausm::Result result = sample();
    result.objects[0].label =
        "a\xff"
        "b";
    result.objects[1].label = std::string("a\0b", 3);
    const Buffer buffer = annotated(result);
    GstAusmMetaView view;
    ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    GstAusmObject object;
    ASSERT_TRUE(gst_ausm_meta_get_object(&view, 0, &object));
    EXPECT_STREQ(object.label,
                 "a\xef\xbf\xbd"
                 "b");
    ASSERT_TRUE(gst_ausm_meta_get_object(&view, 1, &object));
    EXPECT_STREQ(object.label,
                 "a\xef\xbf\xbd"
                 "b");
}

TEST(AusmMeta, MalformedStructuresAreRefused) {
    auto refused = [](auto change) {
        const Buffer buffer = annotated();
        change(structure(buffer));
        GstAusmMetaView view;
        return !gst_ausm_meta_get(buffer.get(), &view);
    };
    auto refused_value = [&](const char* field, GType type, auto value) {
        return refused([&](GstStructure* s) { gst_structure_set(s, field, type, value, nullptr); });
    };
    for (const char* field :
         {"version", "serial", "width", "height", "fresh", "source", "map", "map-width", "map-height", "objects"}) {
        EXPECT_TRUE(refused([&](GstStructure* s) { gst_structure_remove_field(s, field); })) << field;
        EXPECT_TRUE(refused_value(field, G_TYPE_DOUBLE, 1.0)) << field;
    }
    for (const char* field : {"width", "height", "map-width", "map-height"})
        for (const gint value : {0, -1, G_MININT})
            EXPECT_TRUE(refused_value(field, G_TYPE_INT, value)) << field << " " << value;
    EXPECT_TRUE(refused_value("version", G_TYPE_INT, 2));
    EXPECT_TRUE(refused_value("map-width", G_TYPE_INT, 5));
    EXPECT_TRUE(refused([](GstStructure* s) {
        gst_structure_set(s, "map-width", G_TYPE_INT, G_MAXINT, "map-height", G_TYPE_INT, G_MAXINT, nullptr);
    }));
    EXPECT_TRUE(refused_value("map", GST_TYPE_BUFFER, static_cast<GstBuffer*>(nullptr)));
    EXPECT_TRUE(refused_value("confidence", G_TYPE_INT, 1));
    const Buffer small(gst_buffer_new_allocate(nullptr, 11, nullptr));
    EXPECT_TRUE(refused_value("map", GST_TYPE_BUFFER, small.get()));
    EXPECT_TRUE(refused_value("confidence", GST_TYPE_BUFFER, small.get()));
}

/// Whether the reader takes the sample's first object after a field was replaced by what `type, value` say.
template <typename Value>
bool object_taken(const char* field, GType type, Value value) {
    const Buffer buffer = annotated();
    GValue list = G_VALUE_INIT, item = G_VALUE_INIT;
    g_value_init(&list, GST_TYPE_ARRAY);
    g_value_init(&item, GST_TYPE_STRUCTURE);
    GstAusmMetaView view;
    EXPECT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    const GValue* objects = gst_structure_get_value(structure(buffer), "objects");
    GstStructure* object = gst_structure_copy(gst_value_get_structure(gst_value_array_get_value(objects, 0)));
    gst_structure_set(object, field, type, value, nullptr);
    g_value_take_boxed(&item, object);
    gst_value_array_append_and_take_value(&list, &item);
    gst_structure_take_value(structure(buffer), "objects", &list);
    EXPECT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    GstAusmObject read;
    return gst_ausm_meta_get_object(&view, 0, &read);
}

TEST(AusmMeta, MalformedObjectsAreRefused) {
    EXPECT_TRUE(object_taken("value", G_TYPE_INT, 254));
    for (const int value : {-1, 0, 255})
        EXPECT_FALSE(object_taken("value", G_TYPE_INT, value)) << value;
    EXPECT_FALSE(object_taken("id", G_TYPE_INT64, gint64{0}));
    EXPECT_FALSE(object_taken("id", G_TYPE_INT, 7));
    EXPECT_FALSE(object_taken("x0", G_TYPE_DOUBLE, 0.6)) << "right of x1";
    EXPECT_FALSE(object_taken("x1", G_TYPE_DOUBLE, 1.1));
    EXPECT_FALSE(object_taken("y1", G_TYPE_DOUBLE, std::numeric_limits<double>::quiet_NaN()));
    EXPECT_FALSE(object_taken("area", G_TYPE_DOUBLE, -0.1));
    EXPECT_FALSE(object_taken("score", G_TYPE_FLOAT, std::numeric_limits<double>::quiet_NaN()));
    EXPECT_FALSE(object_taken("state", G_TYPE_STRING, "gone"));
    EXPECT_FALSE(object_taken("origin", G_TYPE_STRING, "somewhere"));
    EXPECT_FALSE(object_taken("label", G_TYPE_INT, 3));
}

TEST(AusmMeta, ObjectsOfAnotherTypeAreRefused) {
    const Buffer buffer = annotated();
    GValue list = G_VALUE_INIT, item = G_VALUE_INIT;
    g_value_init(&list, GST_TYPE_ARRAY);
    g_value_init(&item, G_TYPE_INT);
    gst_value_array_append_and_take_value(&list, &item);
    gst_structure_take_value(structure(buffer), "objects", &list);
    GstAusmMetaView view;
    ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    GstAusmObject object;
    EXPECT_FALSE(gst_ausm_meta_get_object(&view, 0, &object));
}

}  // namespace

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    // Whatever GStreamer complains about is a bug of ours.
    g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING));
    gst_init(&argc, &argv);
    const int result = RUN_ALL_TESTS();
    gst_deinit();
    return result;
}
