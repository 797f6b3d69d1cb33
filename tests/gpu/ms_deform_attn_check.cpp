// SPDX-License-Identifier: MIT
// Multi-scale deformable attention on the device, forward.
#include "check.h"
#include "ms_deform_attn_cases.h"

#include <cstring>

namespace ausm::gpu {
namespace {

using namespace test::ms_deform_attn;

template <class Scalar>
constexpr const char* kType = std::is_same_v<Scalar, float> ? "float32 " : "bfloat16 ";

template <class Scalar>
MsDeformAttnParams<Scalar> mirrored(Problem<Scalar>& problem, DeviceArrays& device) {
    return {problem.params.shape, device.mirror(problem.value.storage), device.mirror(problem.locations),
            device.mirror(problem.weights), device.mirror(problem.out)};
}

template <class Value>
bool equal_bits(const std::vector<Value>& a, const std::vector<Value>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(Value)) == 0);
}

template <class Scalar>
void run_on_device(Report& report, Problem<Scalar>& problem) {
    DeviceArrays arrays;
    report.launched(ms_deform_attn_cuda(mirrored(problem, arrays), nullptr));
    arrays.fetch();
}

template <class Scalar>
void check_forward(Report& report, const Case& k) {
    constexpr bool kCoarse = std::is_same_v<Scalar, BFloat16>;
    Problem<double> exact(k, kCoarse);
    Problem<Scalar> naive(k, kCoarse), device(k, kCoarse), again(k, kCoarse);
    ms_deform_attn_reference(exact.params, 0, exact.rows());
    ms_deform_attn_reference(naive.params, 0, naive.rows());
    report.enter(kType<Scalar> + text_of(k));
    run_on_device(report, device);
    report.compare("out", test::twice_naive(device.out, naive.out, exact.out));
    run_on_device(report, again);
    report.expect("equal bits when run twice", equal_bits(device.out, again.out));
}

/// Values that begin, or whose second batch entry begins, where no vector can be read: the same results.
void check_unaligned(Report& report) {
    const Case k{2, 7, 2, 8, 2, {{3, 4}, {2, 2}}};
    Problem<float> aligned(k);
    report.enter("all aligned");
    run_on_device(report, aligned);
    for (const int shifted_entry : {0, 1}) {
        Problem<float> shifted(k);
        shifted.value.storage.insert(shifted.value.storage.begin() + shifted_entry * shifted.value.strides.batch, 0.0F);
        report.enter("batch entry " + std::to_string(shifted_entry) + " not at a multiple of 16 bytes");
        DeviceArrays arrays;
        auto params = mirrored(shifted, arrays);
        params.value += 1 - shifted_entry;
        params.shape.value_batch_stride += shifted_entry;
        report.launched(ms_deform_attn_cuda(params, nullptr));
        arrays.fetch();
        report.compare("out", test::twice_naive(shifted.out, aligned.out, {aligned.out.begin(), aligned.out.end()}));
    }
}

void check_limits(Report& report) {
    Problem<float> problem({1, 1, 1, 1, 1, {{1, 1}}});
    const auto refused = [&](std::int64_t levels, std::int64_t points) {
        auto params = problem.params;
        params.shape.levels = levels;
        params.shape.points = points;
        return ms_deform_attn_cuda(params, nullptr) == cudaErrorInvalidValue;
    };
    report.enter("limits");
    report.expect("no level", refused(0, 1));
    report.expect("nine levels", refused(kMsDeformAttnLevels + 1, 1));
    report.expect("no point", refused(1, 0));
    report.expect("257 samples a query and head", refused(1, 257));
}

template <class Scalar>
void time_forward(Timings& timings, const Case& k) {
    Problem<Scalar> problem(k);
    DeviceArrays device;
    const auto params = mirrored(problem, device);
    const auto samples = static_cast<double>(problem.weights.size());
    const double bytes = static_cast<double>(problem.value.storage.size() + problem.out.size()) * sizeof(Scalar) +
                         samples * (8 + sizeof(Scalar));
    timings.run(kType<Scalar> + text_of(k), bytes, samples * static_cast<double>(k.channels) * 8,
                [&] { return ms_deform_attn_cuda(params, nullptr); });
}

}  // namespace

void check_ms_deform_attn(Report& report) {
    for (const Case& k : kCases) {
        check_forward<float>(report, k);
        check_forward<BFloat16>(report, k);
    }
    check_unaligned(report);
    check_limits(report);
}

void time_ms_deform_attn(Timings& timings) {
    time_forward<float>(timings, pixel_decoder(4, 8));
    if (timings.emulated())
        return;
    for (const Case& k : {pixel_decoder(64, 112), pixel_decoder(128, 224), pixel_decoder(256, 448)}) {
        time_forward<float>(timings, k);
        time_forward<BFloat16>(timings, k);
    }
}

}  // namespace ausm::gpu
