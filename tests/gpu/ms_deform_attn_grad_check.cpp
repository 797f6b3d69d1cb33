// SPDX-License-Identifier: MIT
// Multi-scale deformable attention on the device, backward, by float atomics and deterministic.
#include "check.h"
#include "ms_deform_attn_cases.h"

#include <cstring>

namespace ausm::gpu {
namespace {

using namespace test::ms_deform_attn;

template <class Scalar>
std::string type_and_way(bool deterministic) {
    const std::string type = std::is_same_v<Scalar, float> ? "float32 " : "bfloat16 ";
    return type + (deterministic ? "deterministic " : "atomic ");
}

template <class Scalar>
MsDeformAttnGradParams<Scalar> mirrored(Problem<Scalar>& problem, bool deterministic, DeviceArrays& device) {
    const auto bytes = ms_deform_attn_grad_workspace_bytes(problem.grad.shape, deterministic);
    return {problem.grad.shape,
            device.mirror(problem.value.storage),
            device.mirror(problem.locations),
            device.mirror(problem.weights),
            device.mirror(problem.grad_out),
            device.mirror(problem.grad_value),
            device.mirror(problem.grad_locations),
            device.mirror(problem.grad_weights),
            deterministic,
            deterministic ? device.scratch(bytes) : nullptr};
}

template <class Scalar>
void run_on_device(Report& report, Problem<Scalar>& problem, bool deterministic) {
    DeviceArrays arrays;
    report.launched(ms_deform_attn_grad_cuda(mirrored(problem, deterministic, arrays), nullptr));
    arrays.fetch();
}

template <class Value>
bool equal_bits(const std::vector<Value>& a, const std::vector<Value>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(Value)) == 0);
}

template <class Scalar>
void check_backward(Report& report, const Case& k) {
    constexpr bool kCoarse = std::is_same_v<Scalar, BFloat16>;
    Problem<double> exact(k, kCoarse);
    Problem<Scalar> naive(k, kCoarse);
    ms_deform_attn_grad_reference(exact.grad, 0, exact.head_count());
    ms_deform_attn_grad_reference(naive.grad, 0, naive.head_count());
    for (const bool deterministic : {false, true}) {
        Problem<Scalar> device(k, kCoarse), again(k, kCoarse);
        report.enter(type_and_way<Scalar>(deterministic) + text_of(k));
        run_on_device(report, device, deterministic);
        report.compare("value", test::twice_naive(device.grad_value, naive.grad_value, exact.grad_value));
        report.compare("locations",
                       test::twice_naive(device.grad_locations, naive.grad_locations, exact.grad_locations));
        report.compare("weights", test::twice_naive(device.grad_weights, naive.grad_weights, exact.grad_weights));
        run_on_device(report, again, deterministic);
        report.expect("locations and weights: equal bits when run twice",
                      equal_bits(device.grad_locations, again.grad_locations) &&
                          equal_bits(device.grad_weights, again.grad_weights));
        if (deterministic)
            report.expect("value: equal bits when run twice", equal_bits(device.grad_value, again.grad_value));
    }
}

/// Fixed point cannot hold infinity: it must be seen nevertheless.
void check_not_finite(Report& report) {
    const Case k{1, 4, 1, 4, 1, {{2, 2}}};
    report.enter("deterministic, not finite");
    for (const bool in_weights : {false, true}) {
        Problem<float> problem(k);
        (in_weights ? problem.weights : problem.grad_out).back() = std::numeric_limits<float>::infinity();
        run_on_device(report, problem, true);
        bool all = true;
        for (const float v : problem.grad_value)
            all = all && std::isnan(v);
        report.expect("all of the value's gradient is NaN", all);
    }
}

void check_limits(Report& report) {
    Problem<float> problem({1, 1, 1, 1, 1, {{1, 1}}});
    report.enter("limits");
    problem.grad.deterministic = true;
    report.expect("no workspace", ms_deform_attn_grad_cuda(problem.grad, nullptr) == cudaErrorInvalidValue);
    problem.grad.deterministic = false;
    problem.grad.shape.points = 257;
    report.expect("257 samples a query and head",
                  ms_deform_attn_grad_cuda(problem.grad, nullptr) == cudaErrorInvalidValue);
}

template <class Scalar>
void time_backward(Timings& timings, const Case& k, bool deterministic) {
    Problem<Scalar> problem(k);
    DeviceArrays device;
    const auto params = mirrored(problem, deterministic, device);
    const auto samples = static_cast<double>(problem.weights.size());
    const double bytes = static_cast<double>(problem.value.storage.size() + problem.grad_out.size()) * sizeof(Scalar) +
                         static_cast<double>(problem.grad_value.size()) * 4 + samples * (16 + 2 * sizeof(Scalar));
    timings.run(type_and_way<Scalar>(deterministic) + text_of(k), bytes, samples * static_cast<double>(k.channels) * 20,
                [&] { return ms_deform_attn_grad_cuda(params, nullptr); });
}

}  // namespace

void check_ms_deform_attn_grad(Report& report) {
    for (const Case& k : kCases) {
        check_backward<float>(report, k);
        check_backward<BFloat16>(report, k);
    }
    check_not_finite(report);
    check_limits(report);
}

void time_ms_deform_attn_grad(Timings& timings) {
    time_backward<float>(timings, pixel_decoder(4, 8), false);
    if (timings.emulated())
        return;
    for (const Case& k : {pixel_decoder(64, 112), pixel_decoder(128, 224), pixel_decoder(256, 448)}) {
        time_backward<float>(timings, k, false);
        time_backward<float>(timings, k, true);
        time_backward<BFloat16>(timings, k, false);
        time_backward<BFloat16>(timings, k, true);
    }
}

}  // namespace ausm::gpu
