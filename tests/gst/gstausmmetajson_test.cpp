// SPDX-License-Identifier: MIT
// What is seen on a picture as text: every field, both forms of masks, and what is left out.
#include "gst/gstausmmetajson.h"

#include "gst/gstausmmeta.h"
#include "gst/raii.h"
#include "sample.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace ausm::gst;

namespace {

using Json = nlohmann::json;
using Buffer = Owned<GstBuffer>;

/// A score that is none of a float's round numbers.
ausm::Result sample() { return ausm::test::sample(0.87F); }

Buffer annotated(ausm::Result result = sample(), bool fresh = true) {
    Buffer buffer(gst_buffer_new());
    EXPECT_TRUE(attach_meta(buffer.get(), result, {640, 480, fresh, "ausm-nano", 41}));
    return buffer;
}

PictureMoment moment() { return {1280, 720, 40 * GST_MSECOND, 3 * GST_SECOND, {}, {}}; }

std::string text_of(const Buffer& buffer, MaskForm form, const PictureMoment& when = moment()) {
    return meta_json(MetaContent(buffer.get()), when, form);
}

Json json_of(const Buffer& buffer, MaskForm form = MaskForm::kRunLengths, const PictureMoment& when = moment()) {
    return Json::parse(text_of(buffer, form, when));
}

TEST(MetaJson, HasTheMomentAndTheModel) {
    Json json = json_of(annotated());
    EXPECT_EQ(json["objects"].size(), 3U);
    json.erase("objects");
    EXPECT_EQ(json, Json::parse(R"({"time":0.04,"running_time":3.0,"width":1280,"height":720,"fresh":true,
                                    "model":"ausm-nano","serial":41})"));
    EXPECT_EQ(json_of(annotated(sample(), false))["fresh"], false);
}

TEST(MetaJson, HasEveryFieldOfAnObjectAndCocoRunLengths) {
    const Json objects = json_of(annotated())["objects"];
    // columns of the map: 1 1 0 | 1 0 0 | 0 0 0 | 0 2 0, so 0 2 1 1 8 and 10 1 1; from the fourth on differences
    EXPECT_EQ(objects[0], (Json{{"id", 7},
                                {"value", 1},
                                {"label", "person"},
                                {"score", 0.87},
                                {"state", "tracked"},
                                {"origin", "prompt"},
                                {"area", 0.25},
                                {"box", {0.0, 0.0, 0.5, 2. / 3}},
                                {"mask", {{"size", {3, 4}}, {"counts", "021O7"}}}}));
    EXPECT_EQ(objects[1]["state"], "new");
    EXPECT_EQ(objects[1]["mask"]["counts"], ":11");
}

TEST(MetaJson, ObjectsWithoutPixelsHaveNeitherBoxNorMask) {
    for (const MaskForm form : {MaskForm::kRunLengths, MaskForm::kPolygons}) {
        const Json object = json_of(annotated(), form)["objects"][2];
        EXPECT_EQ(object["label"], "caf\xc3\xa9");
        EXPECT_EQ(object["state"], "lost");
        EXPECT_FALSE(object.contains("box"));
        EXPECT_FALSE(object.contains("mask"));
    }
}

TEST(MetaJson, PolygonsAreOutlinesInPixelsOfTheMap) {
    const Json objects = json_of(annotated(), MaskForm::kPolygons)["objects"];
    EXPECT_EQ(objects[0]["mask"], Json::parse(R"({"size":[3,4],"polygons":[[[2,0,2,1,1,1,1,2,0,2,0,0]]]})"));
    for (const Json& number : objects[0]["mask"]["polygons"][0][0])
        EXPECT_TRUE(number.is_number_integer()) << number;
}

TEST(MetaJson, MasksMayBeLeftOut) {
    const Json objects = json_of(annotated(), MaskForm::kNone)["objects"];
    ASSERT_EQ(objects.size(), 3U);
    for (const Json& object : objects)
        EXPECT_FALSE(object.contains("mask"));
}

TEST(MetaJson, OfAPictureWithoutMasksNobodyKnowsTheObjects) {
    const Buffer bare(gst_buffer_new());
    EXPECT_EQ(text_of(bare, MaskForm::kRunLengths, {64, 48, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, {}, {}}),
              R"({"width":64,"height":48,"fresh":false})");
    EXPECT_EQ(MetaContent(bare.get()).complaint, nullptr);
    const Buffer damaged = annotated();
    gst_structure_remove_field(
        gst_custom_meta_get_structure(gst_buffer_get_custom_meta(damaged.get(), GST_AUSM_META_NAME)), "map");
    EXPECT_FALSE(json_of(damaged).contains("objects"));
    EXPECT_NE(MetaContent(damaged.get()).complaint, nullptr);
}

TEST(MetaJson, TextIsEscapedAndOneLine) {
    ausm::Result result = sample();
    result.objects[0].label = "a\"b\\c\nd\xff\xe2\x80\xa8";
    const std::string text = text_of(annotated(result), MaskForm::kNone);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(Json::parse(text)["objects"][0]["label"], "a\"b\\c\nd\xef\xbf\xbd\xe2\x80\xa8");
}

void stamp(const Buffer& buffer, const char* caps, GstClockTime time) {
    const Owned<GstCaps> reference(gst_caps_from_string(caps));
    gst_buffer_add_reference_timestamp_meta(buffer.get(), reference.get(), time, GST_CLOCK_TIME_NONE);
}

Json captured(const Buffer& buffer) {
    PictureMoment when = moment();
    read_capture_time(buffer.get(), when);
    return json_of(buffer, MaskForm::kNone, when);
}

TEST(MetaJson, CaptureTimeIsThatOfTheWallClockWhereItIsThere) {
    const Buffer buffer = annotated();
    EXPECT_FALSE(captured(buffer).contains("capture_time"));
    stamp(buffer, "timestamp/x-camera, serial=3", 5 * GST_SECOND / 2);
    EXPECT_EQ(captured(buffer)["capture_time"], 2.5);
    EXPECT_EQ(captured(buffer)["capture_clock"], "timestamp/x-camera");
    const GstClockTime unix_time = 1764589200 * GST_SECOND + 125 * GST_MSECOND;
    stamp(buffer, "timestamp/x-ntp", unix_time + 2208988800 * GST_SECOND);
    EXPECT_EQ(captured(buffer)["capture_time"], 1764589200.125);
    EXPECT_EQ(captured(buffer)["capture_clock"], "timestamp/x-unix");
    const Buffer other = annotated();
    stamp(other, "timestamp/x-unix", unix_time);
    stamp(other, "timestamp/x-camera", 1);
    EXPECT_EQ(captured(other)["capture_time"], 1764589200.125);
}

TEST(MetaJson, NumbersAreNeverOutsideOfJson) {
    ausm::Result result = sample();
    result.objects[0].score = std::numeric_limits<float>::quiet_NaN();
    result.objects[1].area = std::numeric_limits<double>::infinity();
    const Buffer buffer = annotated(result);
    const Json json = json_of(buffer);
    ASSERT_EQ(json["objects"].size(), 1U) << "malformed objects are left out";
    EXPECT_EQ(json["objects"][0]["id"], 12);
    EXPECT_NE(MetaContent(buffer.get()).complaint, nullptr);
}

}  // namespace
