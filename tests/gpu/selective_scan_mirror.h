// SPDX-License-Identifier: MIT
// A selective scan's problem with its arrays on the device, for the checks of both directions.
#pragma once

#include <string>
#include <type_traits>

#include "check.h"
#include "selective_scan_cases.h"

namespace ausm::gpu {

/// In float, for exp, exp2 and fast division, which are good to two units in the last place there, to half of one on the
/// host; the backward pass has a few of them in a row.
inline constexpr double kForwardRoundings = 3.0, kBackwardRoundings = 4.0;

template <class Scalar>
std::string type_name() {
    return std::is_same_v<Scalar, float> ? "float32" : "float64";
}

inline std::string text_of(const test::selective_scan::Case& k) {
    return "[" + std::to_string(k.batch) + ", " + std::to_string(k.time) + ", " + std::to_string(k.pixels) + ", " +
           std::to_string(k.channels) + "] S " + std::to_string(k.states);
}

template <class Scalar>
SelectiveScanParams<Scalar> mirrored(test::selective_scan::Problem<Scalar>& problem, DeviceArrays& device) {
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

}  // namespace ausm::gpu
