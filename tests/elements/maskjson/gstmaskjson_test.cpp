// SPDX-License-Identifier: MIT
// maskjson in a harness: lines and their times, which pictures get one, events, and what is said of pictures without masks.
#include "../harness.h"

#include "gst/ausm/gstausmmeta.h"
#include "gst/gstausmmeta.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace ausm::test;

namespace {

using Json = nlohmann::json;

constexpr const char* kCaps = "video/x-raw,format=GRAY8,width=16,height=8,framerate=25/1";

ausm::Object object(std::int64_t id, const char* label = "", ausm::ObjectState state = ausm::ObjectState::kTracked) {
    ausm::Object object;
    object.id = id;
    object.value = static_cast<std::uint8_t>(id);
    object.label = label;
    object.score = 0.5F;
    object.box = {0, 0, 0.5, 1};
    object.area = 0.5;
    object.state = state;
    return object;
}

struct JsonHarness : Harness {
    explicit JsonHarness(const std::string& properties = "") : Harness("maskjson " + properties) { caps(kCaps); }

    /// Frame `index` without a pixel of its own, with these objects or, without a list, without masks.
    static Owned<GstBuffer> frame(int index, std::optional<std::vector<ausm::Object>> objects) {
        Owned<GstBuffer> buffer(gst_buffer_new());
        GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(index) * 40 * GST_MSECOND;
        GST_BUFFER_DURATION(buffer.get()) = 40 * GST_MSECOND;
        ausm::Result result;
        result.map_width = 4;
        result.map_height = 2;
        result.map = {1, 1, 2, 0, 1, 1, 2, 0};
        if (objects) {
            result.objects = std::move(*objects);
            EXPECT_TRUE(ausm::gst::attach_meta(buffer.get(), result, {16, 8, true, "model", 0}));
        }
        return buffer;
    }
    Owned<GstBuffer> line_of(Owned<GstBuffer> picture) {
        EXPECT_EQ(push(std::move(picture)), GST_FLOW_OK);
        return pull();
    }
    /// The line of a frame; null when it has none.
    Json see(int index, std::optional<std::vector<ausm::Object>> objects = std::vector{object(1)}) {
        const auto line = line_of(frame(index, std::move(objects)));
        return line ? Json::parse(text_of(line.get())) : Json();
    }
    static std::string text_of(GstBuffer* line) {
        std::string text(gst_buffer_get_size(line), '\0');
        gst_buffer_extract(line, 0, text.data(), text.size());
        EXPECT_EQ(text.find('\n'), text.size() - 1) << "one line is one buffer";
        return text;
    }
    /// The names of the events that left the element since the last call.
    std::vector<std::string> events() {
        std::vector<std::string> names;
        while (GstEvent* event = gst_harness_try_pull_event(get())) {
            names.emplace_back(GST_EVENT_TYPE_NAME(event));
            gst_event_unref(event);
        }
        return names;
    }
    std::vector<std::string> warnings() {
        std::vector<std::string> texts;
        while (const auto warning = message(GST_MESSAGE_WARNING))
            texts.push_back(report_of(warning.get()).message);
        return texts;
    }
};

std::vector<std::int64_t> ids_of(const Json& line) {
    std::vector<std::int64_t> ids;
    for (const Json& each : line.at("objects"))
        ids.push_back(each.at("id"));
    return ids;
}

TEST(MaskJson, ALineIsABufferWithThePicturesTimes) {
    JsonHarness h;
    auto picture = JsonHarness::frame(3, std::vector{object(1, "dog")});
    GST_BUFFER_DTS(picture.get()) = 100 * GST_MSECOND;
    const Owned<GstCaps> clock(gst_caps_from_string("timestamp/x-unix"));
    gst_buffer_add_reference_timestamp_meta(picture.get(), clock.get(), 1764589200 * GST_SECOND, GST_CLOCK_TIME_NONE);
    const auto line = h.line_of(std::move(picture));
    ASSERT_TRUE(line);
    EXPECT_EQ(GST_BUFFER_PTS(line.get()), 120 * GST_MSECOND);
    EXPECT_EQ(GST_BUFFER_DTS(line.get()), 100 * GST_MSECOND);
    EXPECT_EQ(GST_BUFFER_DURATION(line.get()), 40 * GST_MSECOND);
    EXPECT_TRUE(gst_buffer_get_reference_timestamp_meta(line.get(), clock.get()));
    const Json json = Json::parse(JsonHarness::text_of(line.get()));
    EXPECT_EQ(json["time"], 0.12);
    EXPECT_EQ(json["capture_time"], 1764589200.0);
    EXPECT_EQ(json["width"], 16);
    EXPECT_EQ(json["objects"][0]["label"], "dog");
    EXPECT_EQ(json["objects"][0]["mask"], (Json{{"size", {2, 4}}, {"counts", "044"}}));
    const Owned<GstPad> src(gst_element_get_static_pad(h.element(), "src"));
    const Owned<GstCaps> caps(gst_pad_get_current_caps(src.get()));
    const Owned<char> text(gst_caps_to_string(caps.get()));
    EXPECT_STREQ(text.get(), "application/x-json");
    EXPECT_TRUE(h.warnings().empty());
}

TEST(MaskJson, MasksAreWrittenAsTheyAreAskedFor) {
    JsonHarness h("masks=polygon");
    EXPECT_EQ(h.see(0)["objects"][0]["mask"]["polygons"], Json::parse("[[[2,0,2,2,0,2,0,0]]]"));
    gst_util_set_object_arg(G_OBJECT(h.element()), "masks", "none");
    EXPECT_FALSE(h.see(1)["objects"][0].contains("mask"));
    gst_util_set_object_arg(G_OBJECT(h.element()), "masks", "rle");
    EXPECT_TRUE(h.see(2)["objects"][0]["mask"].contains("counts"));
}

TEST(MaskJson, EveryCountsFramesFromTheFirst) {
    JsonHarness h("every=3");
    std::vector<double> times;
    for (int i = 0; i < 8; ++i)
        if (const Json line = h.see(i); !line.is_null())
            times.push_back(line["time"]);
    EXPECT_EQ(times, (std::vector<double>{0, 0.12, 0.24}));
    h.flush();
    EXPECT_FALSE(h.see(7).is_null()) << "the first one after a flush";
    EXPECT_TRUE(h.see(8).is_null());
}

TEST(MaskJson, OnlyChangesAreIdsLabelsAndWhetherTheyAreSeen) {
    using enum ausm::ObjectState;
    JsonHarness h("only-changes=true");
    auto written = [&, index = 0](std::optional<std::vector<ausm::Object>> objects) mutable {
        return !h.see(index++, std::move(objects)).is_null();
    };
    EXPECT_TRUE(written(std::vector<ausm::Object>{})) << "the first frame";
    EXPECT_FALSE(written(std::vector<ausm::Object>{}));
    EXPECT_TRUE(written(std::vector{object(1, "dog", kNew)}));
    EXPECT_FALSE(written(std::vector{object(1, "dog", kTracked)})) << "new is the first picture of tracked";
    auto moved = object(1, "dog");
    moved.box = {0.5, 0, 1, 1};
    moved.score = 0.9F;
    EXPECT_FALSE(written(std::vector{moved}));
    EXPECT_TRUE(written(std::vector{object(1, "cat")}));
    EXPECT_TRUE(written(std::vector{object(1, "cat", kAbsent)}));
    EXPECT_TRUE(written(std::vector{object(1, "cat", kLost)}));
    EXPECT_TRUE(written(std::vector{object(1, "cat")}));
    EXPECT_TRUE(written(std::vector{object(1, "cat"), object(2)}));
    EXPECT_FALSE(written(std::vector{object(2), object(1, "cat")})) << "their order";
    EXPECT_TRUE(written(std::nullopt)) << "nobody knows what is there";
    EXPECT_FALSE(written(std::nullopt));
    EXPECT_TRUE(written(std::vector<ausm::Object>{})) << "nothing is there";
    h.caps("video/x-raw,format=GRAY8,width=32,height=8,framerate=25/1");
    EXPECT_TRUE(written(std::vector<ausm::Object>{})) << "another size";
    h.flush();
    EXPECT_TRUE(written(std::vector<ausm::Object>{})) << "the first one after a flush";
}

TEST(MaskJson, ChangesOfObjectsThatAreNotMeantAreNone) {
    JsonHarness h("only-changes=true classes=dog");
    EXPECT_FALSE(h.see(0, std::vector{object(1, "dog")}).is_null());
    EXPECT_TRUE(h.see(1, std::vector{object(1, "dog"), object(2, "cat")}).is_null());
}

TEST(MaskJson, ObjectsAndClassesChoose) {
    const std::vector<ausm::Object> all{object(1, "dog"), object(2, "cat"), object(3)};
    JsonHarness h("objects=3 classes=dog");
    EXPECT_EQ(ids_of(h.see(0, all)), (std::vector<std::int64_t>{1, 3}));
    g_object_set(h.element(), "objects", "", "classes", "", nullptr);
    EXPECT_EQ(ids_of(h.see(1, all)), (std::vector<std::int64_t>{1, 2, 3}));
    g_object_set(h.element(), "objects", "9", nullptr);
    EXPECT_TRUE(ids_of(h.see(2, all)).empty());
}

TEST(MaskJson, AWrongListIsAnErrorAtTheStartAndAWarningLater) {
    EXPECT_THROW(JsonHarness("objects=dog"), std::runtime_error);
    JsonHarness h;
    g_object_set(h.element(), "objects", "1,dog", nullptr);
    EXPECT_TRUE(ids_of(h.see(0)).empty());
    EXPECT_TRUE(ids_of(h.see(1)).empty());
    const auto warnings = h.warnings();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].find("'dog'"), std::string::npos) << warnings[0];
    g_object_set(h.element(), "objects", "1", nullptr);
    EXPECT_EQ(ids_of(h.see(2)).size(), 1U);
}

TEST(MaskJson, PicturesWithoutMasksAreToldOnce) {
    JsonHarness h;
    EXPECT_EQ(h.see(0, std::nullopt),
              Json::parse(R"({"time":0.0,"running_time":0.0,"width":16,"height":8,"fresh":false})"));
    EXPECT_FALSE(h.see(1, std::nullopt).contains("objects"));
    const auto warnings = h.warnings();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].find("no masks"), std::string::npos) << warnings[0];
}

TEST(MaskJson, MalformedMasksAreToldOnce) {
    JsonHarness h;
    for (int i = 0; i < 2; ++i) {
        auto picture = JsonHarness::frame(i, std::vector{object(1)});
        gst_structure_remove_field(
            gst_custom_meta_get_structure(gst_buffer_get_custom_meta(picture.get(), GST_AUSM_META_NAME)), "map");
        const auto line = h.line_of(std::move(picture));
        EXPECT_FALSE(Json::parse(JsonHarness::text_of(line.get())).contains("objects"));
    }
    EXPECT_EQ(h.warnings(), std::vector<std::string>{"The segmentation metadata is malformed."});
}

TEST(MaskJson, AGapTakesThePlaceOfALineThatIsLeftOut) {
    JsonHarness h("every=2");
    h.see(0);
    h.events();
    EXPECT_TRUE(h.see(1).is_null());
    const Owned<GstEvent> gap(gst_harness_try_pull_event(h.get()));
    ASSERT_TRUE(gap);
    ASSERT_EQ(GST_EVENT_TYPE(gap.get()), GST_EVENT_GAP);
    GstClockTime start = 0, duration = 0;
    gst_event_parse_gap(gap.get(), &start, &duration);
    EXPECT_EQ(start, 40 * GST_MSECOND);
    EXPECT_EQ(duration, 40 * GST_MSECOND);
}

TEST(MaskJson, EventsPassInOrder) {
    JsonHarness h;
    EXPECT_EQ(h.events(), (std::vector<std::string>{"stream-start", "caps", "segment"}));
    h.caps("video/x-raw,format=GRAY8,width=32,height=16,framerate=25/1");
    EXPECT_EQ(h.events(), std::vector<std::string>{"segment"}) << "the caps of the text stay";
    EXPECT_EQ(h.see(0)["width"], 32);
    gst_harness_push_event(h.get(), gst_event_new_gap(0, GST_SECOND));
    gst_harness_push_event(h.get(), gst_event_new_eos());
    EXPECT_EQ(h.events(), (std::vector<std::string>{"gap", "eos"}));
}

TEST(MaskJson, TheStreamIsMarkedAsSparse) {
    JsonHarness h;
    const Owned<GstPad> src(gst_element_get_static_pad(h.element(), "src"));
    const Owned<GstEvent> start(gst_pad_get_sticky_event(src.get(), GST_EVENT_STREAM_START, 0));
    GstStreamFlags flags = GST_STREAM_FLAG_NONE;
    gst_event_parse_stream_flags(start.get(), &flags);
    EXPECT_TRUE(flags & GST_STREAM_FLAG_SPARSE);
}

TEST(MaskJson, TimesAreThoseOfTheSegment) {
    JsonHarness h;
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = segment.time = 10 * GST_SECOND;
    segment.base = 2 * GST_SECOND;
    gst_harness_push_event(h.get(), gst_event_new_segment(&segment));
    const Json line = h.see(275);
    EXPECT_EQ(line["time"], 11.0);
    EXPECT_EQ(line["running_time"], 3.0);
    auto untimed = JsonHarness::frame(0, std::vector{object(1)});
    GST_BUFFER_PTS(untimed.get()) = GST_CLOCK_TIME_NONE;
    const Json without = Json::parse(JsonHarness::text_of(h.line_of(std::move(untimed)).get()));
    EXPECT_FALSE(without.contains("time"));
    EXPECT_FALSE(without.contains("running_time"));
}

TEST(MaskJson, ANewBeginningIsMarkedOnTheNextLine) {
    JsonHarness h("every=2");
    h.see(0);
    auto picture = JsonHarness::frame(1, std::vector{object(1)});
    GST_BUFFER_FLAG_SET(picture.get(), GST_BUFFER_FLAG_DISCONT);
    EXPECT_FALSE(h.line_of(std::move(picture))) << "this one has no line";
    const auto line = h.line_of(JsonHarness::frame(2, std::vector{object(1)}));
    ASSERT_TRUE(line);
    EXPECT_TRUE(GST_BUFFER_IS_DISCONT(line.get()));
}

TEST(MaskJson, TakesAnyMemoryAndAddsNoLatency) {
    JsonHarness h;
    h.caps("video/x-raw(memory:Unheard),format=NV12,width=64,height=32,framerate=25/1");
    EXPECT_EQ(h.see(0)["width"], 64);
    gst_harness_set_upstream_latency(h.get(), 70 * GST_MSECOND);
    EXPECT_EQ(gst_harness_query_latency(h.get()), 70 * GST_MSECOND);
    const Owned<GstCaps> caps(gst_caps_from_string(kCaps));
    const Owned<GstQuery> query(gst_query_new_allocation(caps.get(), TRUE));
    const Owned<GstPad> sink(gst_element_get_static_pad(h.element(), "sink"));
    ASSERT_TRUE(gst_pad_query(sink.get(), query.get()));
    EXPECT_TRUE(gst_query_find_allocation_meta(query.get(), GST_VIDEO_META_API_TYPE, nullptr));
}

TEST(MaskJson, PicturesWithoutCapsAreRefused) {
    Harness h("maskjson");
    gst_harness_push_event(h.get(), gst_event_new_stream_start("bare"));
    h.time_segment();
    EXPECT_EQ(h.push(Owned<GstBuffer>(gst_buffer_new())), GST_FLOW_NOT_NEGOTIATED);
}

TEST(MaskJson, WhatIsBehindEndsTheStream) {
    JsonHarness h("every=2");
    const Owned<GstPad> src(gst_element_get_static_pad(h.element(), "src"));
    gst_pad_add_probe(
        src.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer) {
            gst_buffer_unref(GST_PAD_PROBE_INFO_BUFFER(info));
            GST_PAD_PROBE_INFO_FLOW_RETURN(info) = GST_FLOW_EOS;
            return GST_PAD_PROBE_HANDLED;
        },
        nullptr, nullptr);
    EXPECT_EQ(h.push(JsonHarness::frame(0, std::nullopt)), GST_FLOW_EOS);
    EXPECT_EQ(h.push(JsonHarness::frame(1, std::nullopt)), GST_FLOW_EOS) << "also a picture without a line";
}

}  // namespace
