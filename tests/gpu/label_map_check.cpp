// SPDX-License-Identifier: MIT
// Label map on the device.
#include "check.h"
#include "label_map_cases.h"

namespace ausm::gpu {
namespace {

using namespace test::label_map;

/// The problem's parameters with its arrays on the device.
LabelMapParams mirrored(Problem& problem, DeviceArrays& device) {
    auto params = problem.params;
    params.logits = device.mirror(problem.logits.storage);
    params.values = device.mirror(problem.values);
    params.map = device.mirror(problem.map);
    params.confidence = params.confidence ? device.mirror(problem.confidence) : nullptr;
    params.stats = device.mirror(problem.stats);
    return params;
}

void run_on_device(Report& report, Problem& problem) {
    DeviceArrays arrays;
    report.launched(label_map_cuda(mirrored(problem, arrays), nullptr));
    arrays.fetch();
}

void check_case(Report& report, const Case& k) {
    Problem exact(k), device(k);
    label_map_reference(exact.params, 0, k.height);
    report.enter(text_of(k));
    run_on_device(report, device);
    const Difference result = difference(device, exact);
    report.compare("pixels that differ",
                   {static_cast<double>(result.pixels), static_cast<double>(k.width * k.height / 10'000), 0.0});
    report.compare("their margin", {result.widest_margin, kTooClose, 0.0});
    report.compare("confidence", {static_cast<double>(result.confidence), 1.0, 255.0});
    report.expect("statistics", result.stats_equal_or_excused);
    report.expect("statistics are those of the map", k.objects > kDistinctValues || device.stats_match_map());
    report.expect("gaps untouched", device.gaps_untouched());
}

/// Same bytes without a confidence, with the map at any address, and twice in a row: the call resets what it counts in.
void check_variants(Report& report, const Case& k) {
    Problem once(k), again(k), shifted(k), without(k);
    report.enter(text_of(k));
    run_on_device(report, once);
    {
        DeviceArrays arrays;
        const auto params = mirrored(again, arrays);
        report.launched(label_map_cuda(params, nullptr));
        report.launched(label_map_cuda(params, nullptr));
        arrays.fetch();
    }
    report.expect("equal in two runs", once.map == again.map && once.confidence == again.confidence);
    report.expect("equal statistics in two runs", once.stats == again.stats);
    shifted.map.insert(shifted.map.begin(), 3, kUntouched);
    {
        DeviceArrays arrays;
        auto params = mirrored(shifted, arrays);
        params.map += 3;
        report.launched(label_map_cuda(params, nullptr));
        arrays.fetch();
    }
    report.expect("equal at an odd address", std::equal(once.map.begin(), once.map.end(), shifted.map.begin() + 3));
    without.params.confidence = nullptr;
    run_on_device(report, without);
    report.expect("equal without confidence", once.map == without.map && once.stats == without.stats);
}

/// Ties, the threshold itself and cells that are no numbers, on a grid whose interpolation is exact.
void check_rules(Report& report) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto wins = [&](const char* what, std::vector<float> logits, float threshold,
                          const std::vector<std::int64_t>& areas) {
        Problem problem({static_cast<std::int64_t>(areas.size()), 2, 2, 8, 8, threshold});
        problem.logits.set(logits);
        run_on_device(report, problem);
        bool equal = true;
        for (std::size_t i = 0; i < areas.size(); ++i)
            equal = equal && problem.stats[i].area == areas[i] && (areas[i] > 0 || problem.stats[i] == LabelStats{});
        report.expect(what, equal && problem.stats_match_map());
    };
    report.enter("2 x 2 to 8 x 8");
    wins("ties go to the first", {1, 1, 1, 1, 1, 1, 1, 1}, 0, {64, 0});
    wins("the threshold loses", {1, 1, 1, 1, 1, 1, 1, 1}, 1, {0, 0});
    wins("no number never wins", {nan, nan, nan, nan, 1, 1, 1, 1}, 0, {0, 64});
    wins("where one is near, the next wins", {nan, 5, 5, 5, 1, 1, 1, 1}, 0, {28, 36});
    wins("infinite cells leave no number between them", {INFINITY, INFINITY, INFINITY, INFINITY, 1, 1, 1, 1}, 0,
         {0, 64});
}

void time_case(Timings& timings, const Case& k, bool confidence) {
    Problem problem(k);
    if (!confidence)
        problem.params.confidence = nullptr;
    DeviceArrays device;
    const auto params = mirrored(problem, device);
    const double bytes = static_cast<double>(k.objects * k.rows * k.columns) * sizeof(float) +
                         static_cast<double>(k.width * k.height) * (confidence ? 2.0 : 1.0);
    timings.run(text_of(k) + (confidence ? " with confidence" : ""), bytes, 0,
                [&] { return label_map_cuda(params, nullptr); });
}

Case discs(std::int64_t objects, std::int64_t rows, std::int64_t columns, std::int64_t width, std::int64_t height) {
    return {objects, rows, columns, width, height, 0, 0, 0, Logits::kBlobs};
}

}  // namespace

void check_label_map(Report& report) {
    for (const Case& k : kCases)
        check_case(report, k);
    if (!Timings::emulated()) {
        check_case(report, {10, 64, 112, 1280, 720});
        check_case(report, discs(64, 64, 112, 1280, 720));
    }
    check_variants(report, Timings::emulated() ? discs(10, 16, 28, 97, 57) : discs(64, 64, 112, 1280, 720));
    check_rules(report);
    report.enter("refused");
    Problem too_many({257, 1, 1, 1, 1});
    report.expect("257 objects", label_map_cuda(too_many.params, nullptr) == cudaErrorInvalidValue);
}

void time_label_map(Timings& timings) {
    if (Timings::emulated())
        return time_case(timings, discs(10, 16, 28, 97, 57), true);
    for (const bool confidence : {false, true}) {
        time_case(timings, discs(10, 64, 112, 1280, 720), confidence);
        time_case(timings, discs(64, 64, 112, 1280, 720), confidence);
        time_case(timings, discs(64, 256, 448, 3840, 2160), confidence);
    }
    time_case(timings, {64, 64, 112, 1280, 720}, false);
}

}  // namespace ausm::gpu
