// SPDX-License-Identifier: MIT
// The numbers of the kernel tests as GoogleTest expectations.
#pragma once

#include <cstdio>

#include <gtest/gtest.h>

#include "numbers.h"

namespace ausm::test {

/// See twice_naive.
template <class Scalar>
void expect_within_twice_naive(const std::vector<Scalar>& fast, const std::vector<Scalar>& naive,
                               const std::vector<double>& exact, const char* what) {
    const ErrorBound result = twice_naive(fast, naive, exact);
    EXPECT_LE(result.error, result.bound) << what << ", largest value " << result.magnitude;
    if (result.bound > 0.0)
        std::printf("%s: %.0f %% of the bound %.2g used\n", what, 100.0 * result.error / result.bound, result.bound);
}

}  // namespace ausm::test
