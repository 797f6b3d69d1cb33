// SPDX-License-Identifier: MIT
// Multi-scale deformable attention, forward and backward: the cases that every path is tested with.
#pragma once

#include <array>
#include <limits>
#include <string>

#include "kernels/ms_deform_attn_grad.h"
#include "numbers.h"

namespace ausm::test::ms_deform_attn {

struct Level {
    std::int32_t height, width;
};

enum class Places {
    kAnywhere,  // up to two pixels outside; never near a pixel's row or column, where the gradient jumps
    kNearby,    // around the query's own place, as in a pixel decoder whose queries are the tokens
    kCrowded,   // all in one cell
    kOutside,   // all outside
    kWild,      // some infinite, huge or not numbers
};

struct Case {
    std::int64_t batch, queries, heads, channels, points;
    std::vector<Level> levels;
    Places places = Places::kAnywhere;
    std::int64_t gap = 0;
    float value = 1.0f, gradient = 1.0f;  // scale of value and of grad_out
};

/// "[2, 33, 3, 32] L 2 P 4"
inline std::string text_of(const Case& k) {
    return "[" + std::to_string(k.batch) + ", " + std::to_string(k.queries) + ", " + std::to_string(k.heads) + ", " +
           std::to_string(k.channels) + "] L " + std::to_string(k.levels.size()) + " P " + std::to_string(k.points);
}

/// A coordinate whose pixel part lies in [0.1, 0.9], as a location on `size` pixels.
inline float location_at(std::int64_t pixel, float part, std::int32_t size) {
    return (static_cast<float>(pixel) + 0.1f + 0.8f * part + 0.5f) / static_cast<float>(size);
}

/// One coordinate of a sample, counted through [B, Q, M, L, P], of query q on `size` pixels.
inline float location(const Case& k, std::int64_t q, std::int64_t sample, std::int32_t size, std::mt19937& random) {
    const float part = static_cast<float>(random() >> 8) / static_cast<float>(1 << 24);
    switch (k.places) {
    case Places::kCrowded: return location_at(size / 2, part, size);
    case Places::kOutside: return (sample % 2 == 0 ? 1.0f : -1.0f) * (1.5f + 10.0f * part) + 0.5f;
    case Places::kNearby: {
        const auto own = static_cast<std::int64_t>((static_cast<float>(q) + 0.5f) / static_cast<float>(k.queries) *
                                                   static_cast<float>(size));
        return location_at(own + static_cast<std::int64_t>(random() % 7) - 3, part, size);
    }
    case Places::kWild:
        if (sample % 3 == 0) {
            constexpr float kInfinity = std::numeric_limits<float>::infinity();
            constexpr std::array kStrange{kInfinity, -kInfinity, 1e30f, -1e30f, std::nanf(""), 3e9f, -3e9f, 0.0f};
            return kStrange[random() % kStrange.size()];
        }
        [[fallthrough]];
    default: return location_at(static_cast<std::int64_t>(random() % static_cast<unsigned>(size + 5)) - 3, part, size);
    }
}

/// Owns the arrays of one case in one precision; every precision gets the same numbers. coarse: value, weights and
/// grad_out are such that bfloat16 holds them exactly.
template <class Scalar>
struct Problem {
    Rows<Scalar> value;
    std::vector<Compute<Scalar>> locations, grad_value, grad_locations;
    std::vector<Scalar> weights, out, grad_out, grad_weights;
    MsDeformAttnParams<Scalar> params;
    MsDeformAttnGradParams<Scalar> grad;

    explicit Problem(const Case& k, bool coarse = false)
        : value(k.batch, 1, tokens(k), k.heads * k.channels, k.gap), locations(2 * samples(k)),
          grad_value(static_cast<std::size_t>(k.batch * tokens(k) * k.heads * k.channels),
                     not_a_number<Compute<Scalar>>()),
          grad_locations(2 * samples(k), not_a_number<Compute<Scalar>>()),
          out(static_cast<std::size_t>(k.batch * k.queries * k.heads * k.channels), not_a_number<Scalar>()),
          grad_weights(samples(k), not_a_number<Scalar>()) {
        value.set(given(normal_values(k.batch * tokens(k) * k.heads * k.channels, 1, k.value), coarse));
        grad_out =
            converted<Scalar>(given(normal_values(static_cast<std::int64_t>(out.size()), 2, k.gradient), coarse));
        weights = converted<Scalar>(given(softmaxed(k), coarse));
        std::mt19937 random(4);
        const auto levels = static_cast<std::int64_t>(k.levels.size());
        for (std::size_t i = 0; i < locations.size(); ++i) {
            const auto sample = static_cast<std::int64_t>(i) / 2, level = sample / k.points % levels;
            const std::int64_t q = sample / (k.points * levels * k.heads) % k.queries;
            const Level size = k.levels[static_cast<std::size_t>(level)];
            locations[i] = location(k, q, sample, i % 2 == 0 ? size.width : size.height, random);
        }
        MsDeformAttnShape shape{k.batch,  k.queries, k.heads, k.channels,          levels,
                                k.points, {},        {},      value.strides.batch, value.strides.pixel};
        for (std::size_t l = 0; l < k.levels.size(); ++l) {
            shape.heights[l] = k.levels[l].height;
            shape.widths[l] = k.levels[l].width;
        }
        params = {shape, value.storage.data(), locations.data(), weights.data(), out.data()};
        grad = {shape,
                value.storage.data(),
                locations.data(),
                weights.data(),
                grad_out.data(),
                grad_value.data(),
                grad_locations.data(),
                grad_weights.data(),
                false,
                nullptr};
    }

    [[nodiscard]] std::int64_t rows() const { return params.shape.batch * params.shape.queries; }
    [[nodiscard]] std::int64_t head_count() const { return params.shape.batch * params.shape.heads; }

    static std::int64_t tokens(const Case& k) {
        std::int64_t count = 0;
        for (const Level& level : k.levels)
            count += static_cast<std::int64_t>(level.height) * level.width;
        return count;
    }
    static std::size_t samples(const Case& k) {
        return static_cast<std::size_t>(k.batch * k.queries * k.heads * k.points) * k.levels.size();
    }

private:
    static std::vector<float> given(std::vector<float> values, bool coarse) {
        for (float& v : values)
            v = coarse ? widen(rounded_to<BFloat16>(v)) : v;
        return values;
    }
    static std::vector<float> softmaxed(const Case& k) {
        std::vector<float> values = normal_values(static_cast<std::int64_t>(samples(k)), 3);
        const std::size_t group = k.levels.size() * static_cast<std::size_t>(k.points);
        for (std::size_t i = 0; i < values.size(); i += group) {
            float sum = 0;
            for (std::size_t j = i; j < i + group; ++j)
                sum += values[j] = std::exp(values[j]);
            for (std::size_t j = i; j < i + group; ++j)
                values[j] /= sum;
        }
        return values;
    }
};

/// Mask2Former's pixel decoder on a picture of 8 height x 8 width: every token of the three levels is a query.
inline Case pixel_decoder(std::int32_t height, std::int32_t width) {
    const std::vector<Level> levels{{height / 4, width / 4}, {height / 2, width / 2}, {height, width}};
    return {1, height * width * 21 / 16, 8, 32, 4, levels, Places::kNearby};
}

inline const std::vector<Case> kCases{
    {1, 1, 1, 1, 1, {{1, 1}}},
    {1, 37, 2, 32, 1, {{6, 9}, {3, 5}, {2, 3}}},
    {2, 5, 3, 32, 4, {{4, 7}, {2, 3}}, Places::kNearby, 8},
    {1, 97, 1, 8, 2, {{6, 9}}},
    {2, 3, 1, 97, 3, {{3, 5}, {2, 1}}, Places::kAnywhere, 5},
    {1, 3, 1, 257, 1, {{4, 5}}},
    {1, 1, 2, 264, 2, {{4, 5}}},
    {1, 257, 1, 1, 1, {{5, 3}}},
    {1, 5, 3, 6, 2, {{3, 3}, {1, 9}, {9, 1}, {2, 2}, {1, 1}, {4, 3}, {3, 4}, {2, 5}}},
    {1, 1, 2, 8, 32, {{3, 3}, {1, 9}, {9, 1}, {2, 2}, {1, 1}, {4, 3}, {3, 4}, {2, 5}}},  // as many as a block takes
    {1, 33, 1, 16, 4, {{5, 5}, {3, 3}}, Places::kCrowded},
    {1, 5, 2, 8, 2, {{5, 5}}, Places::kOutside},
    {2, 9, 2, 8, 4, {{5, 7}, {2, 3}}, Places::kWild},
    {1, 17, 1, 8, 4, {{5, 7}}, Places::kAnywhere, 0, 1e6f, 1e-6f},
    {1, 17, 1, 8, 4, {{5, 7}}, Places::kAnywhere, 0, 1e-6f, 1e6f},
    {1, 9, 1, 8, 4, {{5, 7}}, Places::kAnywhere, 0, 1.0f, 0.0f},  // no gradient
    {0, 3, 2, 8, 2, {{3, 3}}},
    {2, 0, 2, 8, 2, {{3, 3}}},
};

}  // namespace ausm::test::ms_deform_attn
