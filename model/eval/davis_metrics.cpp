// SPDX-License-Identifier: MIT
// J and F, with the dilation by a disk replaced by distances along columns.
#include "eval/davis_metrics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace ausm::eval {
namespace {

std::size_t offset(int y, int width) { return static_cast<std::size_t>(y) * static_cast<std::size_t>(width); }

void check(const BinaryMask& mask) {
    if (mask.height < 1 || mask.width < 1 || mask.pixels.size() != offset(mask.height, mask.width))
        throw std::invalid_argument("a mask of " + std::to_string(mask.width) + " x " + std::to_string(mask.height) +
                                    " pixels has " + std::to_string(mask.pixels.size()) + " bytes");
}

/// Anything with a size.
template <typename Sized>
void check_sizes(const Sized& a, const Sized& b) {
    if (a.height != b.height || a.width != b.width)
        throw std::invalid_argument("a mask of " + std::to_string(a.width) + " x " + std::to_string(a.height) +
                                    " pixels cannot be compared with one of " + std::to_string(b.width) + " x " +
                                    std::to_string(b.height));
}

/// Is there a boundary pixel in the disk around column x of this row?
bool is_matched(const int* rows_away, int x, int width, int radius) {
    for (int column = std::max(0, x - radius); column <= std::min(width - 1, x + radius); ++column) {
        const int across = column - x;
        if (rows_away[column] * rows_away[column] + across * across <= radius * radius)
            return true;
    }
    return false;
}

/// Share of the pixels of `boundary` that have one of `other` in the disk; boundary is not empty.
double matched_share(const Contour& boundary, const Contour& other, int radius) {
    std::int64_t matched = 0;
    for (int y = 0; y < boundary.height; ++y) {
        const std::uint8_t* map = boundary.map.data() + offset(y, boundary.width);
        const int* rows_away = other.rows_away.data() + offset(y, boundary.width);
        for (int x = 0; x < boundary.width; ++x)
            matched += map[x] != 0 && is_matched(rows_away, x, boundary.width, radius) ? 1 : 0;
    }
    return static_cast<double>(matched) / static_cast<double>(boundary.size);
}

template <typename Values>
DavisScore mean_of(const Values& values) {
    DavisScore sum;
    for (const DavisScore& value : values) {
        sum.j += value.j;
        sum.f += value.f;
    }
    const auto count = static_cast<double>(values.size());
    return {sum.j / count, sum.f / count};
}

}  // namespace

double region_similarity(const BinaryMask& prediction, const BinaryMask& truth) {
    check(prediction);
    check(truth);
    check_sizes(prediction, truth);
    std::int64_t common = 0, either = 0;
    for (std::size_t i = 0; i < truth.pixels.size(); ++i) {
        const bool a = prediction.pixels[i] != 0, b = truth.pixels[i] != 0;
        common += a && b ? 1 : 0;
        either += a || b ? 1 : 0;
    }
    return either == 0 ? 1 : static_cast<double>(common) / static_cast<double>(either);
}

std::vector<std::uint8_t> boundary_map(const BinaryMask& mask) {
    check(mask);
    std::vector<std::uint8_t> map(mask.pixels.size());
    for (int y = 0; y < mask.height; ++y) {
        const bool last_row = y + 1 == mask.height;
        const std::uint8_t* here = mask.pixels.data() + offset(y, mask.width);
        const std::uint8_t* below = last_row ? here : here + mask.width;
        for (int x = 0; x < mask.width; ++x) {
            const bool last_column = x + 1 == mask.width;
            const bool inside = here[x] != 0;
            bool differs = inside != (below[x] != 0);
            if (!last_column)
                differs = differs || inside != (here[x + 1] != 0) || (!last_row && inside != (below[x + 1] != 0));
            map[offset(y, mask.width) + static_cast<std::size_t>(x)] = differs ? 1 : 0;
        }
    }
    return map;
}

int boundary_tolerance(int height, int width) { return static_cast<int>(std::ceil(0.008 * std::hypot(height, width))); }

Contour contour_of(const BinaryMask& mask) {
    Contour result{mask.height, mask.width, 0, boundary_map(mask), {}};
    result.size = std::count(result.map.begin(), result.map.end(), 1);
    result.rows_away.assign(result.map.size(), boundary_tolerance(mask.height, mask.width) + 1);
    const auto near = [&](int y, int neighbour) {
        int* row = result.rows_away.data() + offset(y, mask.width);
        const int* from = result.rows_away.data() + offset(neighbour, mask.width);
        const std::uint8_t* map = result.map.data() + offset(y, mask.width);
        for (int x = 0; x < mask.width; ++x)
            row[x] = map[x] != 0 ? 0 : std::min(row[x], from[x] + 1);
    };
    near(0, 0);
    for (int y = 1; y < mask.height; ++y)
        near(y, y - 1);
    for (int y = mask.height - 1; y-- > 0;)
        near(y, y + 1);
    return result;
}

double contour_accuracy(const Contour& prediction, const Contour& truth) {
    check_sizes(prediction, truth);
    if (prediction.size == 0 && truth.size == 0)
        return 1;
    // Official: precision 1 and recall 0, or the other way round. Either gives F = 0.
    if (prediction.size == 0 || truth.size == 0)
        return 0;
    const int radius = boundary_tolerance(truth.height, truth.width);
    const double precision = matched_share(prediction, truth, radius);
    const double recall = matched_share(truth, prediction, radius);
    return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
}

double contour_accuracy(const BinaryMask& prediction, const BinaryMask& truth) {
    return contour_accuracy(contour_of(prediction), contour_of(truth));
}

DavisScore davis_score(const BinaryMask& prediction, const BinaryMask& truth) {
    return {region_similarity(prediction, truth), contour_accuracy(prediction, truth)};
}

std::span<const DavisScore> counted_frames(std::span<const DavisScore> frames, bool prompted) {
    const std::size_t left_out = prompted ? 1 : 0;
    if (frames.size() <= 2 * left_out)
        throw std::invalid_argument("a sequence of " + std::to_string(frames.size()) +
                                    " frames has none to be counted");
    return frames.subspan(left_out, frames.size() - 2 * left_out);
}

DavisSequenceScore davis_sequence_score(std::span<const DavisScore> frames, bool prompted) {
    const auto counted = counted_frames(frames, prompted);
    const std::size_t third = std::max<std::size_t>(1, counted.size() / 3);
    const auto between = counted.size() > 2 * third ? counted.subspan(third, counted.size() - 2 * third) : counted;
    return {static_cast<int>(counted.size()), mean_of(counted), mean_of(counted.first(third)), mean_of(between),
            mean_of(counted.last(third))};
}

DavisSequenceScore davis_mean(std::span<const DavisSequenceScore> objects) {
    if (objects.empty())
        throw std::invalid_argument("there is no object to take a mean over");
    int frames = 0;
    std::vector<DavisScore> mean, first, middle, last;
    for (const auto& object : objects) {
        frames += object.frames;
        mean.push_back(object.mean);
        first.push_back(object.first_third);
        middle.push_back(object.middle_third);
        last.push_back(object.last_third);
    }
    return {frames, mean_of(mean), mean_of(first), mean_of(middle), mean_of(last)};
}

}  // namespace ausm::eval
