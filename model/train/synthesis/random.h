// SPDX-License-Identifier: MIT
// Random draws that are the same on every platform: the standard fixes the engine, not the distributions.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <random>
#include <utility>
#include <vector>

namespace ausm::train {

/// A closed interval.
struct Range {
    double from = 0, to = 0;
};
struct WholeRange {
    std::int64_t from = 0, to = 0;
};

/// Thread-bound. Two draws must not stand in one expression: C++ leaves open which comes first.
class Random {
public:
    /// Streams of different (seed, index) are independent of each other.
    Random(std::uint64_t seed, std::uint64_t index) : engine_(mix(mix(seed) ^ index)) {}

    std::uint64_t bits() { return engine_(); }
    /// [0, 1)
    double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
    double uniform(double from, double to) { return from + (to - from) * uniform(); }
    double uniform(const Range& range) { return uniform(range.from, range.to); }
    double log_uniform(double from, double to) { return std::exp(uniform(std::log(from), std::log(to))); }
    bool chance(double probability) { return uniform() < probability; }
    double sign() { return chance(0.5) ? 1. : -1.; }
    double angle() { return uniform(0, 2 * std::numbers::pi); }

    double normal(double sigma) {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return sigma * radius * std::cos(angle());
    }
    /// 0 .. count - 1; count >= 1, far below 2^53.
    std::int64_t below(std::int64_t count) { return static_cast<std::int64_t>(uniform() * static_cast<double>(count)); }
    std::int64_t whole(const WholeRange& range) { return range.from + below(range.to - range.from + 1); }
    template <class T>
    const T& choice(const std::vector<T>& values) {
        return values[static_cast<std::size_t>(below(static_cast<std::int64_t>(values.size())))];
    }
    /// An index, with a probability that is proportional to its weight; weights >= 0, one at least above 0.
    std::size_t weighted(const std::vector<double>& weights) {
        double sum = 0;
        for (const double weight : weights)
            sum += weight;
        double left = uniform() * sum;
        std::size_t last = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            if (weights[i] <= 0)
                continue;
            last = i;
            if (left < weights[i])
                break;
            left -= weights[i];
        }
        return last;
    }
    /// The first `count` of a random order of 0 .. size - 1; count <= size.
    std::vector<std::int64_t> permutation(std::int64_t size, std::int64_t count) {
        std::vector<std::int64_t> order(static_cast<std::size_t>(size));
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = static_cast<std::int64_t>(i);
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
            std::swap(order[i], order[i + static_cast<std::size_t>(below(size - static_cast<std::int64_t>(i)))]);
        order.resize(static_cast<std::size_t>(count));
        return order;
    }

private:
    /// SplitMix64 (Steele, Lea, Flood 2014): neighbouring seeds end far apart.
    static std::uint64_t mix(std::uint64_t x) {
        x += 0x9e3779b97f4a7c15ULL;
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
        return x ^ x >> 31;
    }

    std::mt19937_64 engine_;
};

}  // namespace ausm::train
