// SPDX-License-Identifier: MIT
// One frame of Mamba on the device.
#include <algorithm>
#include <cstring>

#include "check.h"
#include "mamba_step_cases.h"

namespace ausm::gpu {
namespace {

using namespace test::mamba_step;

template <class Scalar>
std::string precision() {
    return std::is_same_v<Scalar, BFloat16> ? "bfloat16" : "float32";
}

/// The problem's parameters with its arrays on the device.
template <class Scalar>
MambaStepParams<Scalar> mirrored(Problem<Scalar>& problem, DeviceArrays& device) {
    auto params = problem.params;
    params.u = device.mirror(problem.u.storage);
    params.z = device.mirror(problem.z.storage);
    params.y = device.mirror(problem.y.storage);
    params.conv_weight = device.mirror(problem.conv_weight);
    params.conv_bias = device.mirror(problem.conv_bias);
    params.x_weight = device.mirror(problem.x_weight);
    params.dt_weight = device.mirror(problem.dt_weight);
    params.dt_bias = device.mirror(problem.dt_bias);
    params.a = device.mirror(problem.a);
    params.d = device.mirror(problem.d);
    auto& memory = params.memory;
    memory.tail_in = memory.tail_in ? device.mirror(problem.tail_in) : nullptr;
    memory.tail_out = device.mirror(problem.tail_out);
    memory.state_in = memory.state_in ? device.mirror(problem.state_in) : nullptr;
    memory.state_out = device.mirror(problem.state_out);
    return params;
}

template <class Value>
bool same_bits(const std::vector<Value>& left, const std::vector<Value>& right) {
    return left.size() == right.size() &&
           (left.empty() || std::memcmp(left.data(), right.data(), sizeof(Value) * left.size()) == 0);
}

/// In place and out of place must give the same bits, which also makes it two runs.
template <class Scalar>
void check_repetition(Report& report, const Case& k, const Problem<Scalar>& first) {
    Problem<Scalar> again(k);
    {
        DeviceArrays arrays;
        auto params = mirrored(again, arrays);
        if (k.memory) {
            params.memory.tail_out = const_cast<float*>(params.memory.tail_in);
            params.memory.state_out = const_cast<float*>(params.memory.state_in);
        }
        report.launched(mamba_step_cuda(params, nullptr));
        arrays.fetch();
    }
    report.expect("y, run twice", same_bits(again.y.get(), first.y.get()));
    report.expect("tail in place", same_bits(k.memory ? again.tail_in : again.tail_out, first.tail_out));
    report.expect("state in place", same_bits(k.memory ? again.state_in : again.state_out, first.state_out));
}

/// Rows whose memories lie anywhere, here in the order from last to first: the bits of rows that lie side by side.
template <class Scalar>
void check_rows_apart(Report& report, const Case& k, const Problem<Scalar>& first) {
    Problem<Scalar> apart(k);
    std::vector<MambaMemory<float>> rows;
    {
        DeviceArrays arrays;
        auto params = mirrored(apart, arrays);
        for (std::int64_t row = 0; row < k.batch; ++row)
            rows.push_back(memory_of(params, row));
        // Outputs of row b where those of row B - 1 - b would be.
        for (std::size_t row = 0; row < rows.size() / 2; ++row) {
            std::swap(rows[row].tail_out, rows[rows.size() - 1 - row].tail_out);
            std::swap(rows[row].state_out, rows[rows.size() - 1 - row].state_out);
        }
        params.rows = arrays.mirror(rows);
        params.memory = {};
        report.launched(mamba_step_cuda(params, nullptr));
        arrays.fetch();
    }
    const auto turned = [&](std::vector<float> values) {
        const auto size = values.size() / static_cast<std::size_t>(k.batch);
        for (std::size_t row = 0; row < rows.size() / 2; ++row)
            std::swap_ranges(values.begin() + static_cast<std::ptrdiff_t>(row * size),
                             values.begin() + static_cast<std::ptrdiff_t>((row + 1) * size),
                             values.end() - static_cast<std::ptrdiff_t>((row + 1) * size));
        return values;
    };
    report.expect("y, rows apart", same_bits(apart.y.get(), first.y.get()));
    report.expect("tail, rows apart", same_bits(turned(apart.tail_out), first.tail_out));
    report.expect("state, rows apart", same_bits(turned(apart.state_out), first.state_out));
}

template <class Scalar>
void check_frame(Report& report, const Case& k) {
    Problem<double> exact(k);
    Problem<Scalar> naive(k), device(k);
    mamba_step_reference(exact.params, 0, exact.count());
    mamba_step_reference(naive.params, 0, naive.count());
    report.enter(precision<Scalar>() + " " + text_of(k));
    {
        DeviceArrays arrays;
        report.launched(mamba_step_cuda(mirrored(device, arrays), nullptr));
        arrays.fetch();
    }
    report.compare("y", test::twice_naive(device.y.get(), naive.y.get(), exact.y.get()));
    report.compare("state", test::twice_naive(device.state_out, naive.state_out, exact.state_out));
    report.expect("tail copied", same_bits(device.tail_out, naive.tail_out));
    report.expect("gaps untouched", device.y.untouched() == device.y.gaps());
    check_repetition(report, k, device);
    check_rows_apart(report, k, device);
}

void check_limits(Report& report) {
    const Case beyond[] = {{1, 1, 1025, 4, 8, 12}, {1, 1, 8, 5, 8, 12}, {1, 1, 8, 4, 17, 12}, {1, 1, 8, 4, 8, 65}};
    for (const Case& k : beyond) {
        Problem<float> problem(k);
        DeviceArrays arrays;
        report.enter("too large " + text_of(k));
        report.expect("refused", mamba_step_cuda(mirrored(problem, arrays), nullptr) == cudaErrorInvalidValue);
    }
    for (const Case& k : {Case{0, 3, 5, 4, 8, 2}, Case{2, 0, 5, 4, 8, 2}}) {
        Problem<float> problem(k);
        DeviceArrays arrays;
        report.enter("empty " + text_of(k));
        report.launched(mamba_step_cuda(mirrored(problem, arrays), nullptr));
    }
}

/// In place, as a session runs it. Bytes: the memory read and written, u and z read, y written; the weights, which all
/// pixels share, are not counted.
template <class Scalar>
void time_frame(Timings& timings, const Case& k) {
    Problem<Scalar> problem(k);
    DeviceArrays device;
    auto params = mirrored(problem, device);
    params.memory.tail_out = const_cast<float*>(params.memory.tail_in);
    params.memory.state_out = const_cast<float*>(params.memory.state_in);
    const auto taps = static_cast<double>(k.taps), states = static_cast<double>(k.states);
    const auto rank = static_cast<double>(k.rank);
    const double values = static_cast<double>(k.batch * k.pixels * k.channels);
    const double bytes = values * (2.0 * (taps - 1.0 + states) * sizeof(float) + 3.0 * sizeof(Scalar));
    const double flops = values * (2.0 * (taps + rank + 2.0 * states + rank) + 6.0 * states);
    timings.run(text_of(k) + " " + precision<Scalar>(), bytes, flops, [&] { return mamba_step_cuda(params, nullptr); });
}

}  // namespace

void check_mamba_step(Report& report) {
    for (const Case& k : kCases) {
        // A thousand pixels take the emulation seconds: one precision there.
        const bool one = Timings::emulated() && k.batch * k.pixels > 1000;
        if (!one || k.states == 8)
            check_frame<BFloat16>(report, k);
        if (!one || k.states != 8)
            check_frame<float>(report, k);
    }
    check_limits(report);
}

void time_mamba_step(Timings& timings) {
    // The small model with 1 and with 16 streams, the paper's sizes on the 1/8 grid of 480x640.
    const Case sizes[] = {{1, 448, 192, 4, 8, 12}, {16, 448, 192, 4, 8, 12}, {1, 4800, 512, 4, 16, 16}};
    for (Case k : sizes) {
        if (Timings::emulated())
            k.batch = 1, k.pixels = 9;
        time_frame<float>(timings, k);
        time_frame<BFloat16>(timings, k);
    }
}

}  // namespace ausm::gpu
