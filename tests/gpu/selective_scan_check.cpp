// SPDX-License-Identifier: MIT
// Selective scan on the device, forward.
#include "selective_scan_mirror.h"

#include <cstring>

namespace ausm::gpu {
namespace {

using namespace test::selective_scan;

template <class Value>
bool equal_bits(const std::vector<Value>& a, const std::vector<Value>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(Value)) == 0);
}

template <class Scalar>
void run_on_device(Report& report, Problem<Scalar>& problem) {
    DeviceArrays arrays;
    report.launched(selective_scan_cuda(mirrored(problem, arrays), nullptr));
    arrays.fetch();
}

template <class Scalar>
test::ErrorBound device_error(const std::vector<Scalar>& device, const std::vector<Scalar>& naive,
                              const std::vector<double>& exact) {
    return with_roundings<Scalar>(test::twice_naive(device, naive, exact), kForwardRoundings);
}

template <class Scalar>
void check_forward(Report& report, const Case& k) {
    Problem<double> exact(k);
    Problem<Scalar> naive(k), device(k), again(k);
    selective_scan_reference(exact.params, 0, exact.count());
    selective_scan_reference(naive.params, 0, naive.count());
    report.enter(type_name<Scalar>() + " " + text_of(k));
    run_on_device(report, device);
    report.compare("y", device_error(device.y.get(), naive.y.get(), exact.y.get()));
    report.compare("state", device_error(device.state_out, naive.state_out, exact.state_out));
    report.expect("gaps untouched", device.y.untouched() == device.y.gaps());
    run_on_device(report, again);
    report.expect("equal bits when run twice",
                  equal_bits(device.y.storage, again.y.storage) && equal_bits(device.state_out, again.state_out));
}

void check_state_in_place(Report& report) {
    const Case k{2, 3, 3, 97, 8};
    Problem<float> separate(k), in_place(k);
    report.enter("state in place " + text_of(k));
    run_on_device(report, separate);
    DeviceArrays arrays;
    auto params = mirrored(in_place, arrays);
    params.state_in = params.state_out;
    in_place.state_out = in_place.state_in;
    check_cuda(cudaMemcpy(params.state_out, in_place.state_in.data(), in_place.state_in.size() * sizeof(float),
                          cudaMemcpyHostToDevice),
               "cudaMemcpy to the device");
    report.launched(selective_scan_cuda(params, nullptr));
    arrays.fetch();
    report.expect("equal bits", equal_bits(separate.y.storage, in_place.y.storage) &&
                                    equal_bits(separate.state_out, in_place.state_out));
}

void check_limits(Report& report) {
    Problem<float> problem(Case{1, 1, 1, 1, kMaxScanStates + 1});
    report.enter("more states than a thread has registers for");
    report.expect("refused", selective_scan_cuda(problem.params, nullptr) == cudaErrorInvalidValue);
}

template <class Scalar>
void time_forward(Timings& timings, const char* what, const Case& k) {
    Problem<Scalar> problem(k);
    DeviceArrays device;
    const auto params = mirrored(problem, device);
    const auto rows = static_cast<double>(k.batch * k.time * k.pixels);
    const auto channels = static_cast<double>(k.channels), states = static_cast<double>(k.states);
    const double state_bytes = 2.0 * static_cast<double>(k.batch * k.pixels) * channels * states * sizeof(Scalar);
    const double bytes = rows * (4.0 * channels + 2.0 * states) * sizeof(Scalar) + state_bytes;
    const double flops = rows * channels * (7.0 * states + 8.0);  // an exponential counted as one
    timings.run(what + (" " + text_of(k)) + " " + type_name<Scalar>(), bytes, flops,
                [&] { return selective_scan_cuda(params, nullptr); });
}

}  // namespace

void check_selective_scan(Report& report) {
    for (const Case& k : kCases) {
        check_forward<float>(report, k);
        check_forward<double>(report, k);
    }
    check_state_in_place(report);
    check_limits(report);
}

void time_selective_scan(Timings& timings) {
    time_forward<float>(timings, "step", {1, 1, 448, 192, 8});
    if (timings.emulated())
        return;
    time_forward<float>(timings, "16 streams", {16, 1, 448, 192, 8});
    time_forward<float>(timings, "clip", {1, 16, 448, 192, 8});
    time_forward<float>(timings, "clips", {4, 16, 448, 192, 8});
    time_forward<float>(timings, "large", {4, 16, 1792, 512, 16});
}

}  // namespace ausm::gpu
