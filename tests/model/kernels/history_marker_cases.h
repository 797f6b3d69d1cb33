// SPDX-License-Identifier: MIT
// History marker: the cases that every path is tested with, forward and backward.
#pragma once

#include <cstring>
#include <string>

#include "kernels/history_marker.h"
#include "numbers.h"

namespace ausm::test::history_marker {

enum class Masks { kRandom, kZero, kFull, kOneHot };

struct Case {
    std::int64_t batch, objects, rows, columns, channels, ratio;
    Masks masks = Masks::kRandom;
    std::int64_t gap = 0;
};

inline std::vector<float> mask_values(Masks kind, std::int64_t count) {
    std::vector<float> values = normal_values(count, 1, 0.5f);
    for (float& v : values)
        v = kind == Masks::kRandom ? std::clamp(v, 0.0f, 1.0f) : kind == Masks::kFull ? 1.0f : 0.0f;
    if (kind == Masks::kOneHot && count > 0)
        values[0] = 1.0f;
    return values;
}

/// Owns the arrays of one case in one precision; every precision gets the same numbers.
template <class Scalar>
struct Problem {
    Rows<Scalar> masks, vectors, out;
    HistoryMarkerParams<Scalar> params;

    explicit Problem(const Case& k)
        : masks(k.batch, k.objects, k.rows * k.ratio, k.columns * k.ratio, k.gap),
          vectors(k.batch, 1, k.objects, k.channels, k.gap), out(k.batch, 1, k.rows * k.columns, k.channels, k.gap) {
        masks.set(mask_values(k.masks, k.batch * k.objects * k.rows * k.columns * k.ratio * k.ratio));
        vectors.set(normal_values(k.batch * k.objects * k.channels, 2));
        params = {k.batch,
                  k.objects,
                  k.rows,
                  k.columns,
                  k.channels,
                  k.ratio,
                  masks.storage.data(),
                  masks.strides.batch,
                  masks.strides.time,
                  masks.strides.pixel,
                  vectors.storage.data(),
                  vectors.strides.batch,
                  vectors.strides.pixel,
                  out.storage.data(),
                  out.strides.batch,
                  out.strides.pixel};
    }

    [[nodiscard]] std::int64_t count() const { return params.batch * params.rows * params.columns; }
};

template <class Scalar>
std::string text_of(const Case& k) {
    return std::string(std::is_same_v<Scalar, BFloat16> ? "bfloat16" : "float32") + " B " + std::to_string(k.batch) +
           " K " + std::to_string(k.objects) + " cells " + std::to_string(k.rows) + " x " + std::to_string(k.columns) +
           " D " + std::to_string(k.channels) + " r " + std::to_string(k.ratio);
}

/// Of the gaps as well.
template <class Scalar>
bool equal_bits(const Rows<Scalar>& a, const Rows<Scalar>& b) {
    const std::size_t bytes = a.storage.size() * sizeof(Scalar);
    return a.storage.size() == b.storage.size() &&
           (bytes == 0 || std::memcmp(a.storage.data(), b.storage.data(), bytes) == 0);
}

inline const Case kCases[] = {
    {1, 1, 1, 1, 1, 4},
    {1, 10, 16, 28, 192, 4},
    {2, 3, 3, 5, 97, 4, Masks::kRandom, 5},
    {1, 7, 3, 3, 257, 3},
    {2, 5, 3, 1, 33, 1},
    {1, 2, 2, 3, 64, 8},
    {1, 2, 1, 97, 3, 2},
    {2, 64, 2, 9, 97, 4},
    {1, 254, 3, 5, 33, 4, Masks::kRandom, 1},
    {1, 3, 2, 2, 600, 4},  // several slices of channels
    {1, 3, 33, 65, 3, 1},  // so many cells that the GPU takes them in larger portions
    {1, 64, 2, 3, 97, 4, Masks::kFull},
    {1, 1, 3, 5, 97, 4, Masks::kFull},  // adds up to 1 exactly
    {1, 5, 3, 3, 97, 4, Masks::kZero},
    {2, 3, 3, 3, 97, 4, Masks::kOneHot, 3},
    {1, 0, 3, 3, 97, 4},
    {0, 3, 3, 3, 97, 4},
};

}  // namespace ausm::test::history_marker
