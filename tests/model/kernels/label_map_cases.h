// SPDX-License-Identifier: MIT
// Label map: the cases that every path is tested with, and what may differ between two paths.
#pragma once

#include <cstdlib>
#include <string>

#include "kernels/label_map.h"
#include "numbers.h"

namespace ausm {

inline bool operator==(const LabelStats& a, const LabelStats& b) {
    return a.area == b.area && a.x0 == b.x0 && a.y0 == b.y0 && a.x1 == b.x1 && a.y1 == b.y1;
}

}  // namespace ausm

namespace ausm::test::label_map {

constexpr std::uint8_t kUntouched = 199;       // no object of these tests has this value
constexpr std::int64_t kDistinctValues = 190;  // objects beyond share values

enum class Logits { kNoise, kBlobs };

struct Case {
    std::int64_t objects, rows, columns, width, height;
    float threshold = 0.0f, scale = 4.0f, mean = 0.0f;
    Logits logits = Logits::kNoise;
};

/// Discs in a grid that leave some background and overlap a little, with logits from -8 on. Each has its own size, slope
/// and height: no two are equal along a line.
inline std::vector<float> blob_logits(const Case& k) {
    const auto side = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(k.objects))));
    std::vector<float> logits;
    for (std::int64_t i = 0; i < k.objects * k.rows * k.columns; ++i) {
        const std::int64_t object = i / k.columns / k.rows, row = i / k.columns % k.rows, column = i % k.columns;
        const double y = static_cast<double>((row + 0.5) * side) / k.rows - (object / side + 0.5);
        const double x = static_cast<double>((column + 0.5) * side) / k.columns - (object % side + 0.5);
        const double slope = 60.0 + 0.37 * static_cast<double>(object), radius = 0.55 + 0.1 / (1.3 + object);
        const double top = 12.0 - 0.05 * static_cast<double>(object);
        logits.push_back(static_cast<float>(std::clamp(slope * (radius - std::hypot(x, y)), -8.0, top)));
    }
    return logits;
}

/// Owns the arrays of one case; maps and logits have gaps between their rows.
struct Problem {
    Rows<float> logits;
    std::vector<std::uint8_t> values, map, confidence;
    std::vector<LabelStats> stats;
    LabelMapParams params;

    explicit Problem(const Case& k) : logits(1, k.objects, k.rows, k.columns, 3) {
        logits.set(k.logits == Logits::kBlobs ? blob_logits(k)
                                              : normal_values(k.objects * k.rows * k.columns, 1, k.scale, k.mean));
        for (std::int64_t i = 0; i < k.objects; ++i)
            values.push_back(static_cast<std::uint8_t>(1 + i % kDistinctValues));
        map.assign(static_cast<std::size_t>((k.width + 5) * k.height), kUntouched);
        confidence.assign(static_cast<std::size_t>((k.width + 2) * k.height), kUntouched);
        stats.assign(static_cast<std::size_t>(k.objects), LabelStats{-1, -1, -1, -1, -1});
        params = {k.objects,
                  k.rows,
                  k.columns,
                  logits.storage.data(),
                  logits.strides.time,
                  logits.strides.pixel,
                  k.threshold,
                  values.data(),
                  k.width,
                  k.height,
                  map.data(),
                  k.width + 5,
                  confidence.data(),
                  k.width + 2,
                  stats.data()};
    }

    [[nodiscard]] std::uint8_t at(std::int64_t y, std::int64_t x) const {
        return map[static_cast<std::size_t>(y * params.map_stride + x)];
    }
    [[nodiscard]] int confidence_at(std::int64_t y, std::int64_t x) const {
        return confidence[static_cast<std::size_t>(y * params.confidence_stride + x)];
    }

    /// Bytes between the rows that are as they were; all of them are expected.
    [[nodiscard]] bool gaps_untouched() const {
        const auto outside = [&](const std::vector<std::uint8_t>& bytes, std::int64_t stride) {
            for (std::size_t i = 0; i < bytes.size(); ++i)
                if (static_cast<std::int64_t>(i) % stride >= params.width && bytes[i] != kUntouched)
                    return false;
            return true;
        };
        return outside(map, params.map_stride) && outside(confidence, params.confidence_stride);
    }

    /// The statistics are those of this very map.
    [[nodiscard]] bool stats_match_map() const {
        std::vector<LabelStats> counted(stats.size());
        for (std::int64_t i = 0; i < params.width * params.height; ++i) {
            const auto x = static_cast<std::int32_t>(i % params.width), y = static_cast<std::int32_t>(i / params.width);
            if (at(y, x) != 0)
                merge_label_stats(counted[at(y, x) - std::size_t{1}], {1, x, y, x + 1, y + 1});
        }
        return counted == stats;
    }
};

/// How far object k is from winning or losing pixel (y, x): the distance to the best other contender, in double.
inline double margin(const LabelMapParams& p, std::int64_t y, std::int64_t x) {
    std::vector<double> contenders{p.threshold};
    const auto place = [](std::int64_t source, std::int64_t target, std::int64_t o) {
        return std::clamp((o + 0.5) * source / target - 0.5, 0.0, source - 1.0);
    };
    const double sy = place(p.rows, p.height, y), sx = place(p.columns, p.width, x);
    for (std::int64_t k = 0; k < p.objects; ++k) {
        double logit = 0.0;
        for (std::int64_t i = 0; i < p.rows; ++i) {
            for (std::int64_t j = 0; j < p.columns; ++j) {
                const double weight = std::max(0.0, 1.0 - std::fabs(sy - i)) * std::max(0.0, 1.0 - std::fabs(sx - j));
                logit += weight * p.logits[k * p.logit_object_stride + i * p.logit_row_stride + j];
            }
        }
        contenders.push_back(logit);
    }
    std::sort(contenders.rbegin(), contenders.rend());
    return contenders.size() < 2 ? 1.0 : contenders[0] - contenders[1];
}

// Where two contenders are closer than float rounding (a few times 1.2e-7 of logits up to about 20), either may win.
constexpr double kTooClose = 2e-5;

/// How one path's map differs from another's.
struct Difference {
    std::int64_t pixels = 0;             // at most one in 10,000 is expected
    double widest_margin = 0.0;          // of those pixels: less than kTooClose is expected
    int confidence = 0;                  // of the other pixels, 1 is a probability between two codes
    bool stats_equal_or_excused = true;  // by pixels that differ
};

inline Difference difference(const Problem& fast, const Problem& exact) {
    Difference result;
    for (std::int64_t y = 0; y < fast.params.height; ++y) {
        for (std::int64_t x = 0; x < fast.params.width; ++x) {
            if (fast.at(y, x) != exact.at(y, x)) {
                ++result.pixels;
                result.widest_margin = std::max(result.widest_margin, margin(fast.params, y, x));
            } else {
                result.confidence =
                    std::max(result.confidence, std::abs(fast.confidence_at(y, x) - exact.confidence_at(y, x)));
            }
        }
    }
    result.stats_equal_or_excused = result.pixels > 0 || fast.stats == exact.stats;
    return result;
}

inline std::string text_of(const Case& k) {
    return std::to_string(k.objects) + " objects on " + std::to_string(k.rows) + " x " + std::to_string(k.columns) +
           (k.logits == Logits::kBlobs ? " (discs)" : " (noise)") + " to " + std::to_string(k.width) + " x " +
           std::to_string(k.height);
}

inline const Case kCases[] = {
    {1, 1, 1, 1, 1},
    {3, 1, 1, 97, 3},
    {7, 97, 3, 257, 97},
    {3, 33, 65, 97, 31},
    {64, 16, 28, 97, 57},
    {2, 3, 97, 1, 257},
    {2, 3, 9, 8191, 3},
    {10, 9, 9, 9, 9},
    {5, 16, 28, 97, 57, 1.5f},
    {5, 16, 28, 97, 57, 0.0f, 1.0f, 40.0f},
    {5, 16, 28, 97, 57, 0.0f, 1.0f, -40.0f},
    {0, 16, 28, 97, 57},
    {64, 32, 56, 257, 97, 0.0f, 0.0f, 0.0f, Logits::kBlobs},
    {10, 32, 56, 56, 32, 0.5f, 0.0f, 0.0f, Logits::kBlobs},
    {6, 32, 28, 1280, 64, 0.0f, 0.0f, 0.0f, Logits::kBlobs},  // large areas inside of one disc
    {254, 5, 5, 33, 33},
};

}  // namespace ausm::test::label_map
