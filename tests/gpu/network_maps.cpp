// SPDX-License-Identifier: MIT
// Label maps that are drawn beside the network against those that the caller draws from the same masks.
#include "map_course.h"
#include "network.h"
#include "network_video.h"

#include <cstdlib>

namespace ausm::gpu {
namespace {

constexpr int kWidth = 640, kHeight = 360;

/// What one stream's maps differ by.
struct Differences {
    double pixels = 0, inside = 0, confidence = 0, area = 0, box = 0;
    int frames = 0, equal_objects = 0, with_answer = 0;

    void add(const test::CourseFrame& frame) {
        const auto &got = frame.beside, &wanted = frame.here;
        ++frames;
        with_answer += frame.with_answer ? 1 : 0;
        for (std::size_t i = 0; i < wanted.map.size(); ++i) {
            const bool same = got.map[i] == wanted.map[i];
            pixels += same ? 0 : 1;
            inside += wanted.map[i] != 0 ? 1 : 0;
            if (same && !wanted.confidence.empty())
                confidence = std::max(confidence, std::abs(double{1} * got.confidence[i] - wanted.confidence[i]));
        }
        bool equal = got.objects.size() == wanted.objects.size();
        for (std::size_t i = 0; equal && i < wanted.objects.size(); ++i) {
            const auto &a = got.objects[i], &b = wanted.objects[i];
            equal = a.id == b.id && a.value == b.value && a.state == b.state && a.score == b.score;
            area = std::max(area, std::abs(a.area - b.area));
            for (std::size_t side = 0; side < 4; ++side)
                box = std::max(box, std::abs(a.box[side] - b.box[side]));
        }
        equal_objects += equal ? 1 : 0;
    }
};

/// Boxes on frame 0; where masks are shown, one of the upper left quarter on frame 3.
Differences play(const Target& target, NetRunner& runner, const SessionOptions& options, bool masks) {
    const int frames = target.quick ? 5 : 20;
    Video video(PixelFormat::kRgb, kWidth, kHeight, 10);
    test::MapCourse course(runner, options, target.quick ? 96 : 256);
    Prompt quarter;
    quarter.kind = PromptKind::kMask;
    quarter.mask_width = quarter.mask_height = 2;
    quarter.mask = {1, 0, 0, 0};
    Differences differences;
    for (int time = 0; time < frames; ++time) {
        auto prompts = Video::boxes(time == 0 ? 2 : 0);
        if (masks && time == 3)
            prompts.push_back(quarter);
        differences.add(course.step(video.frame(time), prompts));
    }
    return differences;
}

void compare_course(const Target& target, NetRunner& runner, const std::string& name, const SessionOptions& options,
                    bool masks, Report& report) {
    report.enter(name_of(runner.net().dtype()) + ", " + name);
    const auto found = play(target, runner, options, masks);
    report.expect("the caller draws something", found.inside > 0);
    report.expect("objects, values, states and scores are equal", found.equal_objects == found.frames);
    report.compare("pixels that differ", {found.pixels / found.frames, kWidth * kHeight / 10'000.0, 0});
    report.compare("confidence, of 255", {found.confidence, 1, 0});
    report.compare("areas", {found.area, 1e-4, 0});
    report.compare("boxes", {found.box, 1.01 / kHeight, 0});
    const int later = options.passes > 1 ? 0 : found.frames - 1 - (masks ? 1 : 0);
    if (options.mode == Mode::kPrompted)
        report.expect("drawn with the network's answer but on frames of a prompt", found.with_answer == later);
}

}  // namespace

/// Bounds: both interpolate in float32, so that a pixel whose two best logits are as good as equal may fall either way
/// (label_map_check.cpp); on the CPU, where one function draws both, all of it is equal.
void compare_maps(const Target& target, Report& report, Figures& /*figures*/) {
    for (const auto dtype : precisions_of(target)) {
        const auto net = make_net(target, dtype, target.device);
        const auto runner = make_runner(*net);
        compare_course(target, *runner, "prompted", {.mode = Mode::kPrompted, .confidence = true}, true, report);
        compare_course(target, *runner, "discovery beside prompts", {.mode = Mode::kAll, .max_age = 2}, false, report);
        compare_course(target, *runner, "two refinements", {.mode = Mode::kPrompted, .passes = 2}, false, report);
    }
}

}  // namespace ausm::gpu
