// SPDX-License-Identifier: MIT
// The configuration of ausm-rtsp: what is enough, and how each mistake is named.
#include "service.h"

#include <gtest/gtest.h>

namespace ausm::test {
namespace {

Finished check(const std::string& json) {
    const Folder folder;
    return run_service({"--check", "--config", folder.write("cameras.json", json)});
}

std::string camera(const std::string& more) { return R"({"cameras":[{"name":"yard","uri":"test:ball")" + more + "}]}"; }

TEST(RtspConfig, ANameAndAnAddressAreEnough) {
    const Finished finished = check(R"({"cameras":[{"name":"yard","uri":"rtsp://192.168.1.20/stream"}]})");
    EXPECT_EQ(finished.status, 0) << finished.errors;
    EXPECT_NE(finished.output.find("1 camera"), std::string::npos) << finished.output;
}

TEST(RtspConfig, TakesEverySettingOfTheManual) {
    const Folder folder;
    (void)folder.write("clip.mp4", "");
    const Finished finished = run_service({"--check", "--config", folder.write("cameras.json", R"({
        "listen": "0.0.0.0", "rtsp-port": 0, "http-port": 0, "user": "u", "password": "p", "state": "state",
        "forget-after": 30, "segment": {"inference-size": 64, "mode": "prompted", "threshold": 0.5},
        "cameras": [
            {"name": "a", "uri": "clip.mp4", "mount": "/front/a", "show": "hidden",
             "overlay": {"effect": "pixelate", "effect-strength": 0.2, "dilate": 0.02}, "size": [640, 360],
             "bitrate": 500, "on-demand": true, "stall-after": 3, "notice-after": 1, "first-pause": 0.5,
             "longest-pause": 8},
            {"name": "b", "uri": "rtsp://camera/1", "user": "u", "password": "p", "latency": 100, "transport": "udp",
             "prompt": {"box": "0.1,0.1,0.2,0.2"}, "overlay": {"ids": false, "style": "contour"}},
            {"name": "c", "uri": "test:smpte", "show": "untouched"}]})")});
    EXPECT_EQ(finished.status, 0) << finished.errors;
}

struct Mistake {
    const char *json, *path, *text;
};
void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.json; }

class RtspMistake : public testing::TestWithParam<Mistake> {};

TEST_P(RtspMistake, IsNamedByItsPath) {
    const Finished finished = check(GetParam().json);
    EXPECT_EQ(finished.status, 2);
    EXPECT_NE(finished.errors.find(std::string(GetParam().path) + ": "), std::string::npos) << finished.errors;
    EXPECT_NE(finished.errors.find(GetParam().text), std::string::npos) << finished.errors;
    EXPECT_EQ(finished.errors.find("terminate"), std::string::npos) << finished.errors;
}

#define CAMERA(more) R"({"cameras":[{"name":"yard","uri":"test:ball",)" more "}]}"
INSTANTIATE_TEST_SUITE_P(
    All, RtspMistake,
    testing::Values(
        Mistake{"[1]", "$", "an object"}, Mistake{"{}", "$.cameras", "at least one"},
        Mistake{R"({"cameras":3})", "$.cameras", "a list"}, Mistake{R"({"cameras":[3]})", "$.cameras[0]", "an object"},
        Mistake{R"({"cameras":[{"uri":"test:ball"}]})", "$.cameras[0].name", "letters"},
        Mistake{R"({"cameras":[{"name":"a b","uri":"test:ball"}]})", "$.cameras[0].name", "letters"},
        Mistake{R"({"cameras":[{"name":"yard"}]})", "$.cameras[0].uri", "an address"},
        Mistake{R"({"cameras":[{"name":"yard","uri":"none.mp4"}]})", "$.cameras[0].uri", "neither"},
        Mistake{R"({"cameras":[{"name":"yard","uri":"test:cat"}]})", "$.cameras[0].uri", "cat"},
        Mistake{R"({"cameras":[{"name":"yard","uri":"gopher://a/b"}]})", "$.cameras[0].uri", "gopher"},
        Mistake{CAMERA(R"("sise":[4,4])"), "$.cameras[0].sise", "no such setting"},
        Mistake{CAMERA(R"("size":[640])"), "$.cameras[0].size", "width and height"},
        Mistake{CAMERA(R"("size":[640,1])"), "$.cameras[0].size[1]", "from 32 to 8192"},
        Mistake{CAMERA(R"("size":[640,361])"), "$.cameras[0].size[1]", "even"},
        Mistake{CAMERA(R"("bitrate":"fast")"), "$.cameras[0].bitrate", "a number"},
        Mistake{CAMERA(R"("bitrate":99.5)"), "$.cameras[0].bitrate", "whole"},
        Mistake{CAMERA(R"("on-demand":1)"), "$.cameras[0].on-demand", "true or false"},
        Mistake{CAMERA(R"("show":"blur")"), "$.cameras[0].show", "masks, hidden, untouched"},
        Mistake{CAMERA(R"("overlay":{"colour":1})"), "$.cameras[0].overlay.colour", "maskoverlay"},
        Mistake{CAMERA(R"("overlay":{"alpha":7})"), "$.cameras[0].overlay.alpha", "'7'"},
        Mistake{CAMERA(R"("overlay":{"output":"mask"})"), "$.cameras[0].overlay.output", "itself"},
        Mistake{CAMERA(R"("overlay":{"effect":"blur"})"), "$.cameras[0].show", "hidden"},
        Mistake{CAMERA(R"("show":"hidden","overlay":{"missing":"pass"})"), "$.cameras[0].overlay", "must hide"},
        Mistake{CAMERA(R"("show":"hidden","overlay":{"effect":"overlay"})"), "$.cameras[0].overlay", "must hide"},
        Mistake{CAMERA(R"("show":"untouched","overlay":{"alpha":1})"), "$.cameras[0].overlay.alpha", "untouched"},
        Mistake{CAMERA(R"("prompt":{"box":[1]})"), "$.cameras[0].prompt.box", "a text"},
        Mistake{CAMERA(R"("longest-pause":0.5)"), "$.cameras[0].longest-pause", "from 1 "},
        Mistake{CAMERA(R"("mount":"yard")"), "$.cameras[0].mount", "slash"},
        Mistake{CAMERA(R"("json":{"file":"a","port":4})"), "$.cameras[0].json", "either"},
        Mistake{CAMERA(R"("json":{})"), "$.cameras[0].json", "either"},
        Mistake{R"({"segment":{"inference-size":"big"},"cameras":[{"name":"yard","uri":"test:ball"}]})",
                "$.segment.inference-size", "ausmsegment"},
        Mistake{R"({"segment":{"latency":3},"cameras":[{"name":"yard","uri":"test:ball"}]})", "$.segment.latency",
                "itself"},
        Mistake{R"({"listen":"0.0.0.0","cameras":[{"name":"yard","uri":"test:ball"}]})", "$.listen",
                "user and password"},
        Mistake{R"({"listen":"::","cameras":[{"name":"yard","uri":"test:ball"}]})", "$.listen", "user and password"},
        Mistake{R"({"listen":"here","cameras":[{"name":"yard","uri":"test:ball"}]})", "$.listen", "numeric"},
        Mistake{R"({"user":"a","cameras":[{"name":"yard","uri":"test:ball"}]})", "$.password", "belong together"},
        Mistake{R"({"cameras":[{"name":"a","uri":"test:ball"},{"name":"a","uri":"test:ball"}]})", "$.cameras[1].name",
                "another"},
        Mistake{R"({"cameras":[{"name":"a","uri":"test:ball"},{"name":"b","uri":"test:ball","mount":"/a"}]})",
                "$.cameras[1].mount", "another"}));

TEST(RtspConfig, TellsWhereTheFileIsNoJson) {
    const Finished finished = check("{\n\"cameras\": [,]}");
    EXPECT_EQ(finished.status, 2);
    EXPECT_NE(finished.errors.find(":2:"), std::string::npos) << finished.errors;
}

TEST(RtspConfig, WantsAFileThatIsThere) {
    EXPECT_EQ(run_service({"--config", "/nonexistent.json"}).status, 2);
    EXPECT_EQ(run_service({}).status, 2);
    EXPECT_EQ(run_service({"--confg", "x"}).status, 2);
}

/// JSON lines need an element that a build may lack.
TEST(RtspConfig, SaysWhenThereAreNoJsonLines) {
    const Finished finished = check(camera(R"(,"json":{"file":"objects.jsonl"})"));
    if (finished.status == 0)
        GTEST_SKIP() << "the element maskjson is there";
    EXPECT_NE(finished.errors.find("$.cameras[0].json: the element maskjson"), std::string::npos) << finished.errors;
}

}  // namespace
}  // namespace ausm::test
