// SPDX-License-Identifier: MIT
// Label map: the CPU path against the reference, known small maps, ties, statistics and splits.
#include "kernels/label_map.h"

#include "test_support.h"

namespace ausm {

static bool operator==(const LabelStats& a, const LabelStats& b) {
    return a.area == b.area && a.x0 == b.x0 && a.y0 == b.y0 && a.x1 == b.x1 && a.y1 == b.y1;
}

namespace {

using test::normal_values;

constexpr std::uint8_t kUntouched = 199;  // no object of these tests has this value

struct Case {
    std::int64_t objects, rows, columns, width, height;
    float threshold = 0.0f, scale = 4.0f, mean = 0.0f;
};

struct Problem {
    std::vector<float> logits;
    std::vector<std::uint8_t> values, map, confidence;
    std::vector<LabelStats> stats;
    LabelMapParams params;

    explicit Problem(const Case& k)
        : logits(normal_values(k.objects * (k.rows * (k.columns + 3) + 2), 1, k.scale, k.mean)) {
        for (std::int64_t i = 0; i < k.objects; ++i)
            values.push_back(static_cast<std::uint8_t>(1 + i % 190));
        map.assign(static_cast<std::size_t>((k.width + 5) * k.height), kUntouched);
        confidence.assign(static_cast<std::size_t>((k.width + 2) * k.height), kUntouched);
        stats.assign(static_cast<std::size_t>(k.objects), LabelStats{-1, -1, -1, -1, -1});
        params = {k.objects,     k.rows,      k.columns,         logits.data(), k.rows * (k.columns + 3) + 2,
                  k.columns + 3, k.threshold, values.data(),     k.width,       k.height,
                  map.data(),    k.width + 5, confidence.data(), k.width + 2,   stats.data()};
    }

    [[nodiscard]] std::uint8_t at(std::int64_t y, std::int64_t x) const {
        return params.map[y * params.map_stride + x];
    }
};

/// How far object k is from winning or losing pixel (y, x): the distance to the best other contender, in double.
double margin(const LabelMapParams& p, std::int64_t y, std::int64_t x) {
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

void compare(const Case& k) {
    Problem exact(k);
    Problem fast(k);
    label_map_reference(exact.params, 0, k.height);
    label_map_cpu(fast.params, 0, k.height);
    std::int64_t differing = 0;
    int worst = 0;
    for (std::size_t i = 0; i < fast.map.size(); ++i) {
        const auto y = static_cast<std::int64_t>(i) / fast.params.map_stride;
        const auto x = static_cast<std::int64_t>(i) % fast.params.map_stride;
        if (fast.map[i] != exact.map[i]) {
            ++differing;
            ASSERT_LT(margin(fast.params, y, x), kTooClose) << x << "," << y;
        } else if (x < k.width) {
            const auto at = static_cast<std::size_t>(y * fast.params.confidence_stride + x);
            worst = std::max(worst, std::abs(fast.confidence[at] - exact.confidence[at]));
        }
    }
    EXPECT_LE(differing, k.width * k.height / 10'000);
    EXPECT_LE(worst, 1);  // a probability that lies between two codes
    for (std::size_t i = 0; differing == 0 && i < fast.stats.size(); ++i)
        EXPECT_TRUE(fast.stats[i] == exact.stats[i]) << i;
}

TEST(LabelMap, CpuEqualsTheReferenceExceptWhereRoundingDecides) {
    const Case cases[] = {
        {10, 64, 112, 1280, 720},
        {1, 1, 1, 1, 1},
        {3, 1, 1, 97, 3},
        {7, 97, 3, 257, 97},
        {3, 33, 65, 97, 31},
        {64, 16, 28, 97, 57},
        {2, 3, 97, 1, 257},
        {10, 9, 9, 9, 9},
        {5, 16, 28, 97, 57, 1.5f},
        {5, 16, 28, 97, 57, 0.0f, 1.0f, 40.0f},
        {5, 16, 28, 97, 57, 0.0f, 1.0f, -40.0f},
        {0, 16, 28, 97, 57},
        {300, 5, 5, 33, 33},
    };
    for (const Case& k : cases)
        compare(k);
}

TEST(LabelMap, NoObjectsGiveAnEmptyMap) {
    Problem problem({0, 4, 4, 9, 3});
    label_map_cpu(problem.params, 0, 3);
    for (std::int64_t i = 0; i < 27; ++i)
        EXPECT_EQ(problem.at(i / 9, i % 9), 0);
    EXPECT_EQ(problem.map[9], kUntouched);  // between the rows
    EXPECT_EQ(problem.confidence[0], 0);
}

// One row of two cells at +3 and -3 on 8 pixels: the centres are at pixel 1.5 and 5.5, zero lies at the edge 4.
TEST(LabelMap, HandComputedBoundaryBoxAndConfidence) {
    Problem problem({1, 1, 2, 8, 2});
    problem.logits = {3.0f, -3.0f};
    problem.params.logits = problem.logits.data();
    problem.values[0] = 42;
    label_map_cpu(problem.params, 0, 2);
    for (std::int64_t x = 0; x < 8; ++x)
        EXPECT_EQ(problem.at(1, x), x < 4 ? 42 : 0) << x;
    EXPECT_TRUE(problem.stats[0] == (LabelStats{8, 0, 0, 4, 2}));
    EXPECT_EQ(problem.confidence[0], std::lround(255.0 / (1.0 + std::exp(-3.0))));
    EXPECT_EQ(problem.confidence[3], std::lround(255.0 / (1.0 + std::exp(-0.75))));
    EXPECT_EQ(problem.confidence[4], 0);
}

TEST(LabelMap, TiesGoToTheFirstAndTheThresholdItselfLoses) {
    Problem problem({3, 2, 3, 7, 5});
    std::fill(problem.logits.begin(), problem.logits.end(), 0.7f);
    label_map_cpu(problem.params, 0, 5);
    EXPECT_TRUE(problem.stats[0] == (LabelStats{35, 0, 0, 7, 5}));
    EXPECT_TRUE(problem.stats[1] == LabelStats{});
    problem.params.threshold = 0.7f;
    label_map_cpu(problem.params, 0, 5);
    EXPECT_TRUE(problem.stats[0] == LabelStats{});
    EXPECT_EQ(problem.at(2, 3), 0);
}

TEST(LabelMap, NanNeverWins) {
    Problem problem({2, 2, 2, 5, 5});
    std::fill(problem.logits.begin(), problem.logits.end(), 1.0f);
    std::fill_n(problem.logits.begin(), 10, std::numeric_limits<float>::quiet_NaN());
    label_map_cpu(problem.params, 0, 5);
    EXPECT_TRUE(problem.stats[0] == LabelStats{});
    EXPECT_EQ(problem.stats[1].area, 25);
}

TEST(LabelMap, RangesTouchOnlyTheirRowsAndTheirStatisticsMergeToTheWhole) {
    const Case k{7, 16, 28, 97, 57};
    Problem whole(k);
    Problem parts(k);
    label_map_cpu(whole.params, 0, 57);
    label_map_cpu(parts.params, 20, 30);
    EXPECT_EQ(parts.at(19, 0), kUntouched);
    EXPECT_EQ(parts.at(30, 0), kUntouched);
    std::vector<LabelStats> total = parts.stats;
    for (const auto& [begin, end] : {std::pair{0, 20}, std::pair{30, 57}, std::pair{57, 57}}) {
        label_map_cpu(parts.params, begin, end);
        for (std::size_t i = 0; i < total.size(); ++i)
            merge_label_stats(total[i], parts.stats[i]);
    }
    EXPECT_EQ(whole.map, parts.map);
    EXPECT_EQ(whole.confidence, parts.confidence);
    for (std::size_t i = 0; i < total.size(); ++i)
        EXPECT_TRUE(total[i] == whole.stats[i]) << i;
}

TEST(LabelMap, ConfidenceIsOptional) {
    const Case k{3, 5, 5, 33, 17};
    Problem with(k);
    Problem without(k);
    without.params.confidence = nullptr;
    label_map_cpu(with.params, 0, 17);
    label_map_cpu(without.params, 0, 17);
    EXPECT_EQ(with.map, without.map);
}

}  // namespace
}  // namespace ausm
