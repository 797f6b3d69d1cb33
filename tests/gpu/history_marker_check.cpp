// SPDX-License-Identifier: MIT
// History marker on the device.
#include "check.h"
#include "history_marker_cases.h"

namespace ausm::gpu {
namespace {

using namespace test::history_marker;

/// The problem's parameters with its arrays on the device.
template <class Scalar>
HistoryMarkerParams<Scalar> mirrored(Problem<Scalar>& problem, DeviceArrays& device) {
    auto params = problem.params;
    params.masks = device.mirror(problem.masks.storage);
    params.vectors = device.mirror(problem.vectors.storage);
    params.out = device.mirror(problem.out.storage);
    return params;
}

template <class Scalar>
void run_on_device(Report& report, Problem<Scalar>& problem) {
    DeviceArrays arrays;
    report.launched(history_marker_cuda(mirrored(problem, arrays), nullptr));
    arrays.fetch();
}

template <class Scalar>
void check_forward(Report& report, const Case& k) {
    Problem<double> exact(k);
    Problem<Scalar> naive(k), device(k);
    history_marker_reference(exact.params, 0, exact.count());
    history_marker_reference(naive.params, 0, naive.count());
    report.enter(text_of<Scalar>(k));
    run_on_device(report, device);
    report.compare("out", test::twice_naive(device.out.get(), naive.out.get(), exact.out.get()));
    report.expect("gaps untouched", device.out.untouched() == device.out.gaps());
}

void check_repeats(Report& report, const Case& k) {
    Problem<float> once(k), again(k);
    report.enter(text_of<float>(k));
    run_on_device(report, once);
    run_on_device(report, again);
    report.expect("equal bits in two runs", equal_bits(once.out, again.out));
}

template <class Scalar>
void time_case(Timings& timings, const Case& k) {
    Problem<Scalar> problem(k);
    DeviceArrays device;
    const auto params = mirrored(problem, device);
    const double cells = static_cast<double>(k.batch * k.rows * k.columns), objects = static_cast<double>(k.objects);
    const double channels = static_cast<double>(k.channels), area = static_cast<double>(k.ratio * k.ratio);
    const double values = objects * area * cells + static_cast<double>(k.batch) * objects * channels + cells * channels;
    timings.run(text_of<Scalar>(k), sizeof(Scalar) * values, 2.0 * cells * objects * (channels + area / 2.0),
                [&] { return history_marker_cuda(params, nullptr); });
}

}  // namespace

void check_history_marker(Report& report) {
    for (const Case& k : kCases) {
        check_forward<float>(report, k);
        check_forward<BFloat16>(report, k);
    }
    check_forward<float>(report, {1, 1, 33, 65, 2, 4});
    check_repeats(report, Timings::emulated() ? Case{2, 10, 5, 7, 97, 4} : Case{2, 64, 64, 112, 256, 4});
    Problem<float> too_many({1, 257, 1, 1, 3, 1});
    DeviceArrays arrays;
    report.enter("257 objects");
    report.expect("refused", history_marker_cuda(mirrored(too_many, arrays), nullptr) == cudaErrorInvalidValue);
}

void time_history_marker(Timings& timings) {
    for (const Case& k : {Case{1, 10, 16, 28, 192, 4}, Case{1, 64, 16, 28, 192, 4}, Case{8, 10, 16, 28, 192, 4},
                          Case{1, 10, 32, 56, 256, 4}, Case{1, 64, 64, 112, 768, 4}}) {
        if (Timings::emulated() && k.batch * k.objects * k.rows * k.columns > 5000)
            continue;
        time_case<float>(timings, k);
        time_case<BFloat16>(timings, k);
    }
}

}  // namespace ausm::gpu
