// SPDX-License-Identifier: MIT
// History marker: the CPU path against the reference, over odd sizes, gaps, sparse, empty and saturated masks.
#include "kernels/history_marker.h"

#include "test_support.h"

namespace ausm {
namespace {

using test::normal_values;

enum class Masks { kRandom, kZero, kFull, kOneHot };

struct Case {
    std::int64_t batch, objects, rows, columns, channels, ratio;
    Masks masks = Masks::kRandom;
    std::int64_t gap = 0;
};

float mask_value(Masks kind, float random, std::int64_t index) {
    switch (kind) {
    case Masks::kZero: return 0.0f;
    case Masks::kFull: return 1.0f;
    case Masks::kOneHot: return index == 0 ? 1.0f : 0.0f;
    case Masks::kRandom: break;
    }
    return std::clamp(random, 0.0f, 1.0f);  // half of them exactly zero
}

template <class Scalar>
struct Problem {
    std::vector<Scalar> masks, vectors, out;
    HistoryMarkerParams<Scalar> params;

    explicit Problem(const Case& k) {
        constexpr Scalar kGap = std::numeric_limits<Scalar>::quiet_NaN();
        const std::int64_t height = k.rows * k.ratio, width = k.columns * k.ratio;
        const std::int64_t row = width + k.gap, object = height * row + k.gap, batch = k.objects * object + k.gap;
        const std::int64_t vector = k.channels + k.gap, vector_batch = k.objects * vector + k.gap;
        const std::int64_t cell = k.channels + k.gap, out_batch = k.rows * k.columns * cell + k.gap;
        masks.assign(static_cast<std::size_t>(k.batch * batch), kGap);
        vectors.assign(static_cast<std::size_t>(k.batch * vector_batch), kGap);
        out.assign(static_cast<std::size_t>(k.batch * out_batch), kGap);
        const std::vector<float> random = normal_values(k.batch * k.objects * height * width, 1, 0.5f);
        for (std::int64_t i = 0; i < static_cast<std::int64_t>(random.size()); ++i) {
            const std::int64_t plane = i / width / height;
            const std::int64_t at = plane / k.objects * batch + plane % k.objects * object + i / width % height * row;
            const float value = mask_value(k.masks, random[static_cast<std::size_t>(i)], i);
            masks[static_cast<std::size_t>(at + i % width)] = value;
        }
        const std::vector<float> ids = normal_values(k.batch * k.objects * k.channels, 2);
        for (std::int64_t i = 0; i < static_cast<std::int64_t>(ids.size()); ++i) {
            const std::int64_t id = i / k.channels;
            const std::int64_t at = id / k.objects * vector_batch + id % k.objects * vector + i % k.channels;
            vectors[static_cast<std::size_t>(at)] = ids[static_cast<std::size_t>(i)];
        }
        params = {k.batch, k.objects, k.rows,         k.columns,    k.channels, k.ratio,    masks.data(), batch,
                  object,  row,       vectors.data(), vector_batch, vector,     out.data(), out_batch,    cell};
    }

    [[nodiscard]] std::int64_t count() const { return params.batch * params.rows * params.columns; }

    [[nodiscard]] std::vector<Scalar> result() const {
        std::vector<Scalar> values;
        for (std::int64_t i = 0; i < count() * params.channels; ++i) {
            const std::int64_t cell = i / params.channels, cells = params.rows * params.columns;
            const std::int64_t at = cell / cells * params.out_batch_stride + cell % cells * params.out_cell_stride;
            values.push_back(out[static_cast<std::size_t>(at + i % params.channels)]);
        }
        return values;
    }

    [[nodiscard]] std::int64_t untouched() const {
        return std::count_if(out.begin(), out.end(), [](Scalar v) { return std::isnan(v); });
    }
};

template <class Scalar>
void check(const Case& k) {
    Problem<double> exact(k);
    Problem<Scalar> naive(k);
    Problem<Scalar> fast(k);
    history_marker_reference(exact.params, 0, exact.count());
    history_marker_reference(naive.params, 0, naive.count());
    history_marker_cpu(fast.params, 0, fast.count());
    test::expect_within_twice_naive(fast.result(), naive.result(), exact.result(), "marker");
    EXPECT_EQ(fast.untouched(), static_cast<std::int64_t>(fast.out.size()) - fast.count() * k.channels);
}

const Case kCases[] = {
    {1, 1, 1, 1, 1, 4},
    {1, 10, 16, 28, 192, 4},
    {2, 3, 3, 5, 97, 4, Masks::kRandom, 5},
    {1, 7, 3, 3, 257, 3},
    {2, 5, 3, 1, 33, 1},
    {1, 2, 2, 3, 64, 8},
    {1, 64, 2, 3, 97, 4, Masks::kFull},
    {1, 5, 3, 3, 97, 4, Masks::kZero},
    {2, 3, 3, 3, 97, 4, Masks::kOneHot, 3},
    {1, 0, 3, 3, 97, 4},
    {0, 3, 3, 3, 97, 4},
};

TEST(HistoryMarker, FloatStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<float>(k);
}

TEST(HistoryMarker, DoubleStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<double>(k);
}

// Two objects, one cell of 2 x 2: a weak mark stays weak, an overlap is averaged.
TEST(HistoryMarker, HandComputedMarks) {
    const double weak[] = {1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    const double overlap[] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0};
    const double vectors[] = {3.0, 6.0};
    double out = -1.0;
    HistoryMarkerParams<double> params{1, 2, 1, 1, 1, 2, weak, 8, 4, 2, vectors, 2, 1, &out, 1, 1};
    history_marker_cpu(params, 0, 1);
    EXPECT_DOUBLE_EQ(out, 0.25 * 3.0);
    params.masks = overlap;
    history_marker_cpu(params, 0, 1);
    EXPECT_DOUBLE_EQ(out, (1.0 * 3.0 + 0.5 * 6.0) / 1.5);
}

TEST(HistoryMarker, RangesTouchOnlyTheirCellsAndJoinToTheWhole) {
    const Case k{2, 3, 3, 5, 33, 4};
    Problem<float> whole(k);
    Problem<float> parts(k);
    history_marker_cpu(whole.params, 0, whole.count());
    history_marker_cpu(parts.params, 7, 19);
    EXPECT_EQ(parts.untouched(), (parts.count() - 12) * k.channels);
    history_marker_cpu(parts.params, 0, 7);
    history_marker_cpu(parts.params, 19, 30);
    EXPECT_EQ(whole.out, parts.out);
}

}  // namespace
}  // namespace ausm
