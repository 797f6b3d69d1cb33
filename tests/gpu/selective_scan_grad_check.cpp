// SPDX-License-Identifier: MIT
// Gradients of the selective scan on the device.
#include "selective_scan_mirror.h"

#include <cstring>

#include "selective_scan_grad_cases.h"

namespace ausm::gpu {
namespace {

using namespace test::selective_scan;

/// The problem's parameters with its arrays on the device.
SelectiveScanGradParams<float> mirrored(GradProblem<float>& problem, DeviceArrays& device) {
    auto params = problem.params;
    params.scan = mirrored(problem.forward, device);
    params.scan.y = nullptr;
    params.scan.state_out = nullptr;
    const auto rows = [&](auto* wanted, auto& own) { return wanted ? device.mirror(own.storage) : nullptr; };
    params.y_grad = rows(params.y_grad, problem.y_grad);
    params.x_grad = rows(params.x_grad, problem.x_grad);
    params.dt_grad = rows(params.dt_grad, problem.dt_grad);
    params.b_grad = rows(params.b_grad, problem.b_grad);
    params.c_grad = rows(params.c_grad, problem.c_grad);
    params.z_grad = rows(params.z_grad, problem.z_grad);
    const auto values = [&](auto* wanted, auto& own) { return wanted ? device.mirror(own) : nullptr; };
    params.state_out_grad = values(params.state_out_grad, problem.state_out_grad);
    params.a_grad = values(params.a_grad, problem.a_grad);
    params.d_grad = values(params.d_grad, problem.d_grad);
    params.dt_bias_grad = values(params.dt_bias_grad, problem.dt_bias_grad);
    params.state_in_grad = values(params.state_in_grad, problem.state_in_grad);
    return params;
}

void run_on_device(Report& report, GradProblem<float>& problem) {
    DeviceArrays arrays;
    const auto params = mirrored(problem, arrays);
    void* workspace = arrays.scratch(selective_scan_grad_workspace_bytes(params));
    report.launched(selective_scan_grad_cuda(params, workspace, nullptr));
    arrays.fetch();
}

/// Also true for gradients that neither call was asked for.
void expect_equal_bits(Report& report, const char* what, const GradProblem<float>& a, const GradProblem<float>& b) {
    const auto equal = [](const auto& first, const auto& second) {
        return first.empty() || std::memcmp(first.data(), second.data(), first.size() * sizeof(first[0])) == 0;
    };
    report.expect(what, equal(a.x_grad.storage, b.x_grad.storage) && equal(a.dt_grad.storage, b.dt_grad.storage) &&
                            equal(a.b_grad.storage, b.b_grad.storage) && equal(a.c_grad.storage, b.c_grad.storage) &&
                            equal(a.z_grad.storage, b.z_grad.storage) && equal(a.a_grad, b.a_grad) &&
                            equal(a.d_grad, b.d_grad) && equal(a.dt_bias_grad, b.dt_bias_grad) &&
                            equal(a.state_in_grad, b.state_in_grad));
}

test::ErrorBound device_error(const std::vector<float>& device, const std::vector<float>& naive,
                              const std::vector<double>& exact) {
    return with_roundings<float>(gradient_error(device, naive, exact), kBackwardRoundings);
}

void check_gradients(Report& report, const GradCase& k) {
    GradProblem<double> exact(k);
    GradProblem<float> naive(k), device(k), again(k);
    selective_scan_grad_reference(exact.params, 0, exact.count());
    selective_scan_grad_reference(naive.params, 0, naive.count());
    report.enter("float32 " + text_of(k.scan));
    run_on_device(report, device);
    compare_gradients(device, naive, exact,
                      [&](const char* name, const auto& values, const auto& of_naive, const auto& of_exact) {
                          report.compare(name, device_error(values, of_naive, of_exact));
                      });
    report.expect("gaps untouched", device.gaps_untouched());
    run_on_device(report, again);
    expect_equal_bits(report, "equal bits when run twice", device, again);
}

/// More pixels than there are blocks: each walks over two or three. Without gradients of b and c, which say nothing new.
void check_many_pixels(Report& report) {
    const GradCase k{{1, 1, 9001, 2, 1}};
    GradProblem<double> exact(k);
    GradProblem<float> naive(k), device(k);
    selective_scan_grad_reference(exact.params, 0, exact.count());
    selective_scan_grad_reference(naive.params, 0, naive.count());
    device.params.b_grad = device.params.c_grad = nullptr;
    report.enter("many pixels " + text_of(k.scan));
    run_on_device(report, device);
    report.compare("x gradient", device_error(device.x_grad.get(), naive.x_grad.get(), exact.x_grad.get()));
    report.compare("a gradient", device_error(device.a_grad, naive.a_grad, exact.a_grad));
    report.compare("d gradient", device_error(device.d_grad, naive.d_grad, exact.d_grad));
    report.compare("state_in gradient", device_error(device.state_in_grad, naive.state_in_grad, exact.state_in_grad));
}

/// Each gradient wanted alone, among them those that the second and third kernel write.
void check_alone(Report& report, const Case& k) {
    GradProblem<float> all(GradCase{k});
    report.enter("all wanted " + text_of(k));
    run_on_device(report, all);
    const auto alone = [&](const char* name, auto member, auto array) {
        GradProblem<float> one(GradCase{k});
        const auto wanted = one.params;
        one.params.x_grad = one.params.dt_grad = one.params.b_grad = one.params.c_grad = one.params.z_grad = nullptr;
        one.params.a_grad = one.params.d_grad = one.params.dt_bias_grad = one.params.state_in_grad = nullptr;
        one.params.*member = wanted.*member;
        report.enter(std::string(name) + " gradient alone " + text_of(k));
        run_on_device(report, one);
        report.expect("equal bits", array(one) == array(all));
    };
    using Params = SelectiveScanGradParams<float>;
    using Arrays = const GradProblem<float>&;
    alone("x", &Params::x_grad, [](Arrays p) { return p.x_grad.get(); });
    alone("dt", &Params::dt_grad, [](Arrays p) { return p.dt_grad.get(); });
    alone("b", &Params::b_grad, [](Arrays p) { return p.b_grad.get(); });
    alone("c", &Params::c_grad, [](Arrays p) { return p.c_grad.get(); });
    alone("z", &Params::z_grad, [](Arrays p) { return p.z_grad.get(); });
    alone("a", &Params::a_grad, [](Arrays p) { return p.a_grad; });
    alone("d", &Params::d_grad, [](Arrays p) { return p.d_grad; });
    alone("dt_bias", &Params::dt_bias_grad, [](Arrays p) { return p.dt_bias_grad; });
    alone("state_in", &Params::state_in_grad, [](Arrays p) { return p.state_in_grad; });
}

void check_limits(Report& report) {
    GradProblem<float> problem(GradCase{{1, 1, 1, 1, kMaxScanStates + 1}});
    report.enter("more states than a thread has registers for");
    report.expect("refused", selective_scan_grad_cuda(problem.params, nullptr, nullptr) == cudaErrorInvalidValue);
}

void time_gradients(Timings& timings, const char* what, const Case& k) {
    GradProblem<float> problem(GradCase{k});
    DeviceArrays device;
    const auto params = mirrored(problem, device);
    void* workspace = device.scratch(selective_scan_grad_workspace_bytes(params));
    const auto rows = static_cast<double>(k.batch * k.time * k.pixels);
    const auto channels = static_cast<double>(k.channels), states = static_cast<double>(k.states);
    // x, dt, z, dy are read, x and dt twice in clips; the gradients of x, dt and z are written; so b and c and theirs.
    const double wide = k.time > 4 ? 9.0 : 7.0;
    const double state_bytes =
        3.0 * static_cast<double>(k.batch * k.pixels) * channels * states * static_cast<double>(sizeof(float));
    const double bytes = rows * (wide * channels + 4.0 * states) * static_cast<double>(sizeof(float)) + state_bytes;
    const double flops = rows * channels * (28.0 * states + 30.0);  // an exponential counted as one
    timings.run(what + (" " + text_of(k)) + " " + "float32", bytes, flops,
                [&] { return selective_scan_grad_cuda(params, workspace, nullptr); });
}

}  // namespace

void check_selective_scan_grad(Report& report) {
    for (const GradCase& k : kGradCases)
        check_gradients(report, k);
    check_many_pixels(report);
    check_alone(report, {1, 5, 3, 70, 4});
    check_alone(report, {1, 3, 2, 260, 2});
    check_limits(report);
}

void time_selective_scan_grad(Timings& timings) {
    time_gradients(timings, "step", {1, 1, 28, 192, 8});
    if (timings.emulated())
        return;
    time_gradients(timings, "step", {1, 1, 448, 192, 8});
    time_gradients(timings, "clip", {1, 16, 448, 192, 8});
    time_gradients(timings, "clips", {4, 16, 448, 192, 8});
    time_gradients(timings, "clips", {16, 16, 448, 192, 8});
    time_gradients(timings, "large", {4, 16, 1792, 512, 16});
}

}  // namespace ausm::gpu
