// SPDX-License-Identifier: MIT
// What all kernel tests share, without a test framework: seeded inputs, rows with gaps between them, the error bound.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "kernels/bfloat16.h"
#include "kernels/row_strides.h"

namespace ausm::test {

template <class Scalar>
Scalar rounded_to(double value) {
    Scalar result;
    store(result, static_cast<Compute<Scalar>>(value));
    return result;
}

template <class Scalar>
Scalar not_a_number() {
    return rounded_to<Scalar>(std::numeric_limits<double>::quiet_NaN());
}

template <class Scalar>
constexpr double epsilon() {
    if constexpr (std::is_same_v<Scalar, BFloat16>)
        return 1.0 / 128;
    else
        return static_cast<double>(std::numeric_limits<Scalar>::epsilon());
}

/// Normal random values that a float holds exactly, so that float and double runs start from the same numbers.
inline std::vector<float> normal_values(std::int64_t count, unsigned seed, float scale = 1.0f, float mean = 0.0f) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal(mean, scale);
    std::vector<float> values(static_cast<std::size_t>(count));
    std::generate(values.begin(), values.end(), [&] { return normal(generator); });
    return values;
}

template <class Scalar>
std::vector<Scalar> converted(const std::vector<float>& values) {
    std::vector<Scalar> result(values.size());
    std::transform(values.begin(), values.end(), result.begin(), [](float v) { return rounded_to<Scalar>(v); });
    return result;
}

/// Rows [B, T, N, channels] that lie `gap` elements apart in every dimension; the gaps hold NaN, so that reading one
/// spoils the result and writing one is seen.
template <class Scalar>
struct Rows {
    std::int64_t batch, time, pixels, channels;
    RowStrides strides;
    std::vector<Scalar> storage;

    Rows(std::int64_t b, std::int64_t t, std::int64_t n, std::int64_t c, std::int64_t gap)
        : batch(b), time(t), pixels(n), channels(c) {
        strides.pixel = c + gap;
        strides.time = n * strides.pixel + gap;
        strides.batch = t * strides.time + gap;
        storage.assign(static_cast<std::size_t>(b * strides.batch), not_a_number<Scalar>());
    }

    void set(const std::vector<float>& values) {
        for (std::int64_t i = 0; i < batch * time * pixels * channels; ++i)
            storage[static_cast<std::size_t>(place(i))] = rounded_to<Scalar>(values[static_cast<std::size_t>(i)]);
    }

    [[nodiscard]] std::vector<Scalar> get() const {
        std::vector<Scalar> values(static_cast<std::size_t>(batch * time * pixels * channels));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = storage[static_cast<std::size_t>(place(static_cast<std::int64_t>(i)))];
        return values;
    }

    [[nodiscard]] std::int64_t untouched() const {
        return std::count_if(storage.begin(), storage.end(), [](Scalar v) { return std::isnan(widen(v)); });
    }

    [[nodiscard]] std::int64_t gaps() const {
        return static_cast<std::int64_t>(storage.size()) - batch * time * pixels * channels;
    }

private:
    [[nodiscard]] std::int64_t place(std::int64_t i) const {
        const std::int64_t row = i / channels;
        return row_offset(strides, row / pixels / time, row / pixels % time, row % pixels) + i % channels;
    }
};

template <class Scalar>
double largest_error(const std::vector<Scalar>& values, const std::vector<double>& exact) {
    double worst = 0.0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const double error = std::fabs(static_cast<double>(widen(values[i])) - exact[i]);
        if (!(error <= worst))  // also true for NaN
            worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
    }
    return worst;
}

/// How far a result may be from the exact one, and how far it is.
struct ErrorBound {
    double error, bound, magnitude;
    [[nodiscard]] bool holds() const { return error <= bound; }
};

/// The fast path may be at most twice as far from the double result as the naive code of the same precision is, plus
/// one rounding of the largest value (two different roundings of one exact result are both right). Double has no finer
/// reference, its naive result is the exact one here: 16 roundings cover another order of the same few operations.
/// Vectors of different lengths never hold.
template <class Scalar>
ErrorBound twice_naive(const std::vector<Scalar>& fast, const std::vector<Scalar>& naive,
                       const std::vector<double>& exact) {
    if (fast.size() != exact.size() || naive.size() != exact.size())
        return {std::numeric_limits<double>::infinity(), 0.0, 0.0};
    double magnitude = 0.0;
    for (const double v : exact)
        magnitude = std::max(magnitude, std::fabs(v));
    const double roundings = std::is_same_v<Scalar, double> ? 16.0 : 1.0;
    const double bound = 2.0 * largest_error(naive, exact) + roundings * epsilon<Scalar>() * magnitude;
    return {largest_error(fast, exact), bound, magnitude};
}

}  // namespace ausm::test
