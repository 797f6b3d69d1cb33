// SPDX-License-Identifier: MIT
// Gradients of the selective scan: the cases that every path is tested with.
#pragma once

#include "kernels/selective_scan_grad.h"
#include "selective_scan_cases.h"

namespace ausm::test::selective_scan {

struct GradCase {
    Case scan;
    bool y_grad = true, state_out_grad = true;
};

/// Owns the arrays of one case in one precision; every precision gets the same numbers. All gradients are wanted, and
/// hold NaN before.
template <class Scalar>
struct GradProblem {
    Problem<Scalar> forward;
    Rows<Scalar> y_grad, x_grad, dt_grad, b_grad, c_grad, z_grad;
    std::vector<Scalar> state_out_grad, a_grad, d_grad, dt_bias_grad, state_in_grad;
    SelectiveScanGradParams<Scalar> params;

    explicit GradProblem(const GradCase& k)
        : forward(k.scan), y_grad(forward.y), x_grad(y_grad), dt_grad(y_grad),
          b_grad(k.scan.batch, k.scan.time, k.scan.pixels, k.scan.states, k.scan.gap), c_grad(b_grad), z_grad(y_grad) {
        const auto& p = forward.params;
        y_grad.set(normal_values(p.batch * p.time * p.pixels * p.channels, 10));
        state_out_grad = converted<Scalar>(normal_values(p.batch * p.pixels * p.states * p.channels, 11));
        state_in_grad.assign(state_out_grad.size(), not_a_number<Scalar>());
        a_grad.assign(static_cast<std::size_t>(p.states * p.channels), not_a_number<Scalar>());
        d_grad.assign(static_cast<std::size_t>(p.channels), not_a_number<Scalar>());
        dt_bias_grad = d_grad;
        params.scan = p;
        params.scan.y = nullptr;
        params.scan.state_out = nullptr;
        params.y_grad = k.y_grad ? y_grad.storage.data() : nullptr;
        params.state_out_grad = k.state_out_grad ? state_out_grad.data() : nullptr;
        params.x_grad = x_grad.storage.data();
        params.dt_grad = dt_grad.storage.data();
        params.b_grad = b_grad.storage.data();
        params.c_grad = c_grad.storage.data();
        params.z_grad = p.z ? z_grad.storage.data() : nullptr;
        params.y_grad_strides = params.x_grad_strides = params.dt_grad_strides = params.z_grad_strides = y_grad.strides;
        params.b_grad_strides = params.c_grad_strides = b_grad.strides;
        params.a_grad = a_grad.data();
        params.d_grad = d_grad.data();
        params.dt_bias_grad = dt_bias_grad.data();
        params.state_in_grad = state_in_grad.data();
    }

    [[nodiscard]] std::int64_t count() const { return forward.count(); }

    /// Nothing but the gradients was written.
    [[nodiscard]] bool gaps_untouched() const {
        const auto whole = [](const Rows<Scalar>& rows) { return rows.untouched() == rows.gaps(); };
        return whole(x_grad) && whole(dt_grad) && whole(b_grad) && whole(c_grad) && (!params.z_grad || whole(z_grad));
    }
};

/// A gradient is a product of several rounded factors, some of which the naive code may have for nothing: in a case of
/// one value it is just lucky now and then.
template <class Scalar>
ErrorBound gradient_error(const std::vector<Scalar>& fast, const std::vector<Scalar>& naive,
                          const std::vector<double>& exact) {
    return with_roundings<Scalar>(twice_naive(fast, naive, exact), 3.0);
}

/// Calls compare(name, fast, naive, exact) for each gradient.
template <class Scalar, class Compare>
void compare_gradients(const GradProblem<Scalar>& fast, const GradProblem<Scalar>& naive,
                       const GradProblem<double>& exact, Compare compare) {
    compare("x gradient", fast.x_grad.get(), naive.x_grad.get(), exact.x_grad.get());
    compare("dt gradient", fast.dt_grad.get(), naive.dt_grad.get(), exact.dt_grad.get());
    compare("b gradient", fast.b_grad.get(), naive.b_grad.get(), exact.b_grad.get());
    compare("c gradient", fast.c_grad.get(), naive.c_grad.get(), exact.c_grad.get());
    if (fast.params.scan.z)
        compare("z gradient", fast.z_grad.get(), naive.z_grad.get(), exact.z_grad.get());
    compare("a gradient", fast.a_grad, naive.a_grad, exact.a_grad);
    compare("d gradient", fast.d_grad, naive.d_grad, exact.d_grad);
    compare("dt_bias gradient", fast.dt_bias_grad, naive.dt_bias_grad, exact.dt_bias_grad);
    compare("state_in gradient", fast.state_in_grad, naive.state_in_grad, exact.state_in_grad);
}

inline const GradCase kGradCases[] = {
    {{1, 1, 1, 1, 1}},
    {{1, 1, 5, 192, 8}},
    {{2, 16, 3, 97, 8}},
    {{1, 16, 2, 257, 16}},  // more channels than a block has threads
    {{1, 37, 2, 33, 3}},    // many checkpoints
    {{1, 5, 2, 290, 5}},
    {{2, 3, 3, 97, 3, true, true, true, true, 5}},
    {{2, 9, 2, 64, 8}, true, false},
    {{2, 9, 2, 64, 8}, false, true},
    {{1, 4, 3, 65, 8, false, true, true, true}},
    {{1, 8, 3, 65, 8, true, false, false, true}},
    {{1, 12, 3, 65, 8, false, false, false, false, 1}, true, false},
    {{1, 8, 3, 64, 8, true, true, false, true, 0, 1e4f}},                // decays to nothing in one step
    {{1, 8, 3, 64, 8, true, true, false, true, 0, 0.0f}},                // never decays
    {{1, 8, 3, 64, 8, true, true, true, true, 0, 1.0f, 0.0f}},           // no input
    {{1, 8, 3, 64, 8, true, true, true, true, 0, 1.0f, 1e6f}},           // huge input
    {{1, 8, 3, 64, 8, true, true, true, false, 0, 1.0f, 1.0f, -30.0f}},  // tiny steps
    {{1, 8, 3, 64, 8, true, true, true, true, 0, 1.0f, 1.0f, 30.0f}},    // long steps
    {{0, 2, 3, 5, 4}},
    {{1, 0, 3, 5, 4}},
};

}  // namespace ausm::test::selective_scan
