// SPDX-License-Identifier: MIT
// Selective scan on the device.
#include "check.h"
#include "selective_scan_cases.h"

namespace ausm::gpu {
namespace {

using namespace test::selective_scan;

std::string text_of(const Case& k) {
    return "float32 [" + std::to_string(k.batch) + ", " + std::to_string(k.time) + ", " + std::to_string(k.pixels) +
           ", " + std::to_string(k.channels) + "] S " + std::to_string(k.states);
}

/// The problem's parameters with its arrays on the device.
template <class Scalar>
SelectiveScanParams<Scalar> mirrored(Problem<Scalar>& problem, DeviceArrays& device) {
    auto params = problem.params;
    params.x = device.mirror(problem.x.storage);
    params.dt = device.mirror(problem.dt.storage);
    params.b = device.mirror(problem.b.storage);
    params.c = device.mirror(problem.c.storage);
    params.z = params.z ? device.mirror(problem.z.storage) : nullptr;
    params.y = device.mirror(problem.y.storage);
    params.a = device.mirror(problem.a);
    params.d = params.d ? device.mirror(problem.d) : nullptr;
    params.dt_bias = params.dt_bias ? device.mirror(problem.dt_bias) : nullptr;
    params.state_in = params.state_in ? device.mirror(problem.state_in) : nullptr;
    params.state_out = device.mirror(problem.state_out);
    return params;
}

void check_forward(Report& report, const Case& k) {
    Problem<double> exact(k);
    Problem<float> naive(k), device(k);
    selective_scan_reference(exact.params, 0, exact.count());
    selective_scan_reference(naive.params, 0, naive.count());
    report.enter(text_of(k));
    DeviceArrays arrays;
    report.launched(selective_scan_cuda(mirrored(device, arrays), nullptr));
    arrays.fetch();
    report.compare("y", test::twice_naive(device.y.get(), naive.y.get(), exact.y.get()));
    report.compare("state", test::twice_naive(device.state_out, naive.state_out, exact.state_out));
    report.expect("gaps untouched", device.y.untouched() == device.y.gaps());
}

}  // namespace

void check_selective_scan(Report& report) {
    for (const Case& k : kCases)
        check_forward(report, k);
}

void time_selective_scan(Timings& timings) {
    Problem<float> problem({1, 1, 448, 192, 8});
    DeviceArrays device;
    const auto params = mirrored(problem, device);
    const auto& p = problem.params;
    const auto values = static_cast<double>(p.batch * p.pixels * p.channels);
    const double bytes = values * (8.0 * static_cast<double>(p.states) + 16.0 * static_cast<double>(p.time));
    timings.run("step [1, 1, 448, 192] S 8 float32", bytes, 0, [&] { return selective_scan_cuda(params, nullptr); });
}

}  // namespace ausm::gpu
