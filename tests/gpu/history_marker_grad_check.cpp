// SPDX-License-Identifier: MIT
// Gradients of the history marker on the device.
#include "check.h"
#include "history_marker_grad_cases.h"

namespace ausm::gpu {
namespace {

using namespace test::history_marker_grad;

/// The problem's parameters with its arrays on the device.
template <class Scalar>
HistoryMarkerGradParams<Scalar> mirrored(Problem<Scalar>& problem, DeviceArrays& device) {
    auto params = problem.params;
    params.forward.masks = device.mirror(problem.forward.masks.storage);
    params.forward.vectors = device.mirror(problem.forward.vectors.storage);
    params.out_grad = device.mirror(problem.out_grad.storage);
    params.masks_grad = params.masks_grad ? device.mirror(problem.masks_grad.storage) : nullptr;
    params.vectors_grad = params.vectors_grad ? device.mirror(problem.vectors_grad.storage) : nullptr;
    params.workspace = static_cast<float*>(device.scratch(problem.workspace.size() * sizeof(float)));
    return params;
}

template <class Scalar>
void run_on_device(Report& report, Problem<Scalar>& problem) {
    DeviceArrays arrays;
    report.launched(history_marker_grad_cuda(mirrored(problem, arrays), nullptr));
    arrays.fetch();
}

template <class Scalar>
void check_both(Report& report, const Case& k) {
    Problem<double> exact(k);
    Problem<Scalar> naive(k), device(k);
    history_marker_grad_reference(exact.params, 0, k.batch);
    history_marker_grad_reference(naive.params, 0, k.batch);
    report.enter(text_of<Scalar>(k));
    run_on_device(report, device);
    report.compare("masks_grad",
                   test::twice_naive(device.masks_grad.get(), naive.masks_grad.get(), exact.masks_grad.get()));
    report.compare("vectors_grad",
                   test::twice_naive(device.vectors_grad.get(), naive.vectors_grad.get(), exact.vectors_grad.get()));
    report.expect("gaps untouched", device.masks_grad.untouched() == device.masks_grad.gaps() &&
                                        device.vectors_grad.untouched() == device.vectors_grad.gaps());
}

void check_repeats(Report& report, const Case& k) {
    Problem<float> both(k), again(k), masks(k), vectors(k);
    report.enter(text_of<float>(k));
    masks.params.vectors_grad = nullptr;
    vectors.params.masks_grad = nullptr;
    for (Problem<float>* problem : {&both, &again, &masks, &vectors})
        run_on_device(report, *problem);
    report.expect("equal bits in two runs",
                  equal_bits(both.masks_grad, again.masks_grad) && equal_bits(both.vectors_grad, again.vectors_grad));
    report.expect("masks_grad alone", equal_bits(both.masks_grad, masks.masks_grad));
    report.expect("vectors_grad alone", equal_bits(both.vectors_grad, vectors.vectors_grad));
}

template <class Scalar>
void time_case(Timings& timings, const Case& k) {
    Problem<Scalar> problem(k);
    DeviceArrays device;
    const auto params = mirrored(problem, device);
    const double batch = static_cast<double>(k.batch), objects = static_cast<double>(k.objects);
    const double cells = static_cast<double>(k.rows * k.columns), channels = static_cast<double>(k.channels);
    const double area = static_cast<double>(k.ratio * k.ratio);
    const double values = 2.0 * objects * area * cells + 2.0 * objects * channels + cells * channels;
    const double flops = batch * cells * objects * (4.0 * channels + area);
    timings.run(text_of<Scalar>(k), sizeof(Scalar) * batch * values, flops,
                [&] { return history_marker_grad_cuda(params, nullptr); });
}

}  // namespace

void check_history_marker_grad(Report& report) {
    for (const Case& k : kCases) {
        check_both<float>(report, k);
        check_both<BFloat16>(report, k);
    }
    check_repeats(report, Timings::emulated() ? Case{2, 10, 5, 7, 97, 4} : Case{2, 64, 64, 112, 256, 4});
    Problem<float> too_many({1, 257, 1, 1, 3, 1});
    DeviceArrays arrays;
    report.enter("257 objects");
    report.expect("refused", history_marker_grad_cuda(mirrored(too_many, arrays), nullptr) == cudaErrorInvalidValue);
}

void time_history_marker_grad(Timings& timings) {
    for (const Case& k : {Case{1, 10, 16, 28, 192, 4}, Case{8, 10, 16, 28, 192, 4}, Case{8, 64, 16, 28, 192, 4},
                          Case{1, 64, 64, 112, 768, 4}}) {
        if (Timings::emulated() && k.batch * k.objects * k.rows * k.columns > 5000)
            continue;
        time_case<float>(timings, k);
        time_case<BFloat16>(timings, k);
    }
}

}  // namespace ausm::gpu
