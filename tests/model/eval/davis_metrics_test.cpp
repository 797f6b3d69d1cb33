// SPDX-License-Identifier: MIT
// J, F and their means against values worked out by hand, and F against the definition written out.
#include "eval/davis_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace ausm::eval {
namespace {

/// A mask that is empty, or has some pixels inside.
class Mask {
public:
    Mask(int height, int width, std::vector<std::pair<int, int>> inside = {})
        : height_(height), width_(width), pixels_(static_cast<std::size_t>(height * width)) {
        for (const auto& [y, x] : inside)
            at(y, x) = 1;
    }
    std::uint8_t& at(int y, int x) { return pixels_[static_cast<std::size_t>(y * width_ + x)]; }
    Mask& fill(int y0, int x0, int y1, int x1) {
        for (int y = y0; y < y1; ++y)
            for (int x = x0; x < x1; ++x)
                at(y, x) = 255;
        return *this;
    }
    Mask& fill() { return fill(0, 0, height_, width_); }
    operator BinaryMask() const { return {height_, width_, pixels_}; }

private:
    int height_, width_;
    std::vector<std::uint8_t> pixels_;
};

using Bytes = std::vector<std::uint8_t>;

TEST(RegionSimilarity, Overlap) {
    const Mask square = Mask(4, 5).fill(0, 0, 2, 2), shifted = Mask(4, 5).fill(0, 1, 2, 3);
    EXPECT_DOUBLE_EQ(region_similarity(square, shifted), 2.0 / 6);
    EXPECT_DOUBLE_EQ(region_similarity(square, square), 1);
    EXPECT_DOUBLE_EQ(region_similarity(Mask(4, 5, {{3, 4}}), Mask(4, 5).fill()), 1.0 / 20);
}

TEST(RegionSimilarity, Nothing) {
    const Mask empty(3, 3), pixel(3, 3, {{1, 1}});
    EXPECT_EQ(region_similarity(empty, empty), 1);
    EXPECT_EQ(region_similarity(pixel, empty), 0);
    EXPECT_EQ(region_similarity(empty, pixel), 0);
}

TEST(BoundaryMap, OnePixelInside) {
    EXPECT_EQ(boundary_map(Mask(4, 4, {{1, 1}})), (Bytes{1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(BoundaryMap, OnePixelAtTheBorder) {
    EXPECT_EQ(boundary_map(Mask(3, 3, {{0, 0}})), (Bytes{1, 0, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(boundary_map(Mask(3, 3, {{2, 2}})), (Bytes{0, 0, 0, 0, 1, 1, 0, 1, 0}));
    EXPECT_EQ(boundary_map(Mask(3, 3, {{0, 2}})), (Bytes{0, 1, 1, 0, 0, 0, 0, 0, 0}));
}

TEST(BoundaryMap, NoChangeNoBoundary) {
    EXPECT_EQ(boundary_map(Mask(2, 3)), Bytes(6, 0));
    EXPECT_EQ(boundary_map(Mask(2, 3).fill()), Bytes(6, 0));
    EXPECT_EQ(boundary_map(Mask(1, 1, {{0, 0}})), Bytes{0});
}

TEST(BoundaryMap, OneRowOneColumn) {
    EXPECT_EQ(boundary_map(Mask(1, 4, {{0, 2}})), (Bytes{0, 1, 1, 0}));
    EXPECT_EQ(boundary_map(Mask(4, 1, {{3, 0}})), (Bytes{0, 0, 1, 0}));
}

TEST(BoundaryTolerance, ShareOfTheDiagonalRoundedUp) {
    EXPECT_EQ(boundary_tolerance(480, 854), 8);
    EXPECT_EQ(boundary_tolerance(600, 800), 8);
    EXPECT_EQ(boundary_tolerance(601, 800), 9);
    EXPECT_EQ(boundary_tolerance(1, 1), 1);
}

TEST(ContourAccuracy, Nothing) {
    const Mask empty(3, 3), pixel(3, 3, {{1, 1}}), full = Mask(3, 3).fill();
    EXPECT_EQ(contour_accuracy(empty, empty), 1);
    EXPECT_EQ(contour_accuracy(pixel, empty), 0);
    EXPECT_EQ(contour_accuracy(empty, pixel), 0);
    EXPECT_EQ(contour_accuracy(pixel, full), 0);
    EXPECT_EQ(contour_accuracy(full, full), 1);
    EXPECT_EQ(contour_accuracy(full, empty), 1);  // neither has a contour
}

TEST(ContourAccuracy, MatchesUpToTheTolerance) {
    const Mask truth = Mask(480, 854).fill(0, 0, 480, 300);
    EXPECT_EQ(contour_accuracy(Mask(480, 854).fill(0, 0, 480, 308), truth), 1);
    EXPECT_EQ(contour_accuracy(Mask(480, 854).fill(0, 0, 480, 292), truth), 1);
    EXPECT_EQ(contour_accuracy(Mask(480, 854).fill(0, 0, 480, 309), truth), 0);
    EXPECT_EQ(contour_accuracy(Mask(480, 854).fill(0, 0, 480, 291), truth), 0);
}

TEST(ContourAccuracy, MatchesInsideADisk) {
    // Tolerance 1. One boundary pixel at 0,0 against four: right and below of it are within 1, the diagonal one is not.
    EXPECT_DOUBLE_EQ(contour_accuracy(Mask(60, 60, {{1, 1}}), Mask(60, 60, {{0, 0}})), 2 * 0.75 / 1.75);
    EXPECT_DOUBLE_EQ(contour_accuracy(Mask(60, 60, {{0, 0}}), Mask(60, 60, {{1, 1}})), 2 * 0.75 / 1.75);
    // Tolerance 8. Squared distances 16 + 36 and 25 + 36 are inside 64, 16 + 49 and 25 + 49 are not.
    EXPECT_DOUBLE_EQ(contour_accuracy(Mask(480, 854, {{5, 7}}), Mask(480, 854, {{0, 0}})), 2 * 0.5 / 1.5);
}

/// The definition, pixel by pixel.
double written_out(const BinaryMask& prediction, const BinaryMask& truth) {
    const auto a = boundary_map(prediction), b = boundary_map(truth);
    const int r = boundary_tolerance(truth.height, truth.width), width = truth.width;
    const auto share = [&](const Bytes& boundary, const Bytes& other) {
        int all = 0, matched = 0;
        for (int i = 0; i < truth.height * width; ++i) {
            bool near = false;
            for (int k = 0; k < truth.height * width; ++k) {
                const int y = i / width - k / width, x = i % width - k % width;
                near = near || (other[static_cast<std::size_t>(k)] != 0 && x * x + y * y <= r * r);
            }
            const int inside = boundary[static_cast<std::size_t>(i)];
            all += inside;
            matched += near ? inside : 0;
        }
        return static_cast<double>(matched) / all;
    };
    const double precision = share(a, b), recall = share(b, a);
    return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

TEST(ContourAccuracy, AgreesWithTheDefinition) {
    std::mt19937 random(7);
    double lowest = 1;
    for (const auto& [height, width] : {std::pair{1, 400}, {300, 1}, {20, 150}, {55, 31}, {2, 700}}) {
        Mask a(height, width), b(height, width);
        std::uniform_int_distribution<int> row(0, height - 1), column(0, width - 1);
        for (int i = 0; i < 3; ++i) {
            a.at(row(random), column(random)) = 1;
            b.at(row(random), column(random)) = 1;
        }
        a.fill(height / 3, width / 3, height / 2 + 1, width / 2 + 1);
        b.fill(height / 4, width / 3 + 2, height / 2 + 1, width / 2 + 1);
        EXPECT_DOUBLE_EQ(contour_accuracy(a, b), written_out(a, b)) << width << " x " << height;
        lowest = std::min(lowest, contour_accuracy(a, b));
    }
    EXPECT_LT(lowest, 0.9);  // the cases are no trivial ones
}

TEST(ContourAccuracy, PreparedContoursGiveTheSame) {
    const Mask a = Mask(30, 40).fill(3, 5, 20, 22), b = Mask(30, 40).fill(4, 6, 22, 22), empty(30, 40);
    const Contour of_a = contour_of(a), of_b = contour_of(b), of_none = contour_of(empty);
    EXPECT_EQ(contour_accuracy(of_a, of_b), contour_accuracy(a, b));
    EXPECT_EQ(contour_accuracy(of_a, of_none), 0);
    EXPECT_EQ(contour_accuracy(of_none, of_none), 1);
    EXPECT_THROW((void)contour_accuracy(of_a, contour_of(Mask(40, 30))), std::invalid_argument);
}

TEST(DavisScore, BothMeasures) {
    const DavisScore score = davis_score(Mask(60, 60, {{1, 1}}), Mask(60, 60, {{0, 0}}));
    EXPECT_EQ(score.j, 0);
    EXPECT_DOUBLE_EQ(score.f, 6.0 / 7);
    EXPECT_DOUBLE_EQ(score.mean(), 3.0 / 7);
}

TEST(DavisScore, RefusesWhatDoesNotFit) {
    const Bytes six(6, 0);
    EXPECT_THROW((void)davis_score({2, 3, six}, {3, 2, six}), std::invalid_argument);
    EXPECT_THROW((void)davis_score({2, 3, six}, {2, 4, six}), std::invalid_argument);
    EXPECT_THROW((void)contour_accuracy(BinaryMask{}, BinaryMask{}), std::invalid_argument);
    EXPECT_THROW((void)region_similarity({-2, -3, six}, {2, 3, six}), std::invalid_argument);
}

std::vector<DavisScore> rising(int count) {
    std::vector<DavisScore> frames;
    for (int i = 0; i < count; ++i)
        frames.push_back({i / 100.0, 0.5});
    return frames;
}

TEST(DavisSequenceScore, LeavesOutFirstAndLastWhenPrompted) {
    auto frames = rising(9);  // 1 to 7 are counted
    frames.front() = {1, 1};
    frames.back() = {1, 1};
    const DavisSequenceScore score = davis_sequence_score(frames, true);
    EXPECT_EQ(score.frames, 7);
    EXPECT_DOUBLE_EQ(score.mean.j, 0.04);
    EXPECT_DOUBLE_EQ(score.mean.f, 0.5);
    EXPECT_DOUBLE_EQ(score.first_third.j, 0.015);
    EXPECT_DOUBLE_EQ(score.middle_third.j, 0.04);
    EXPECT_DOUBLE_EQ(score.last_third.j, 0.065);
}

TEST(DavisSequenceScore, CountsAllFramesWithoutPrompt) {
    const DavisSequenceScore score = davis_sequence_score(rising(3), false);
    EXPECT_EQ(score.frames, 3);
    EXPECT_DOUBLE_EQ(score.mean.j, 0.01);
    EXPECT_DOUBLE_EQ(score.first_third.j, 0);
    EXPECT_DOUBLE_EQ(score.last_third.j, 0.02);
}

TEST(DavisSequenceScore, ThirdsOfWhatCannotBeParted) {
    const DavisSequenceScore eight = davis_sequence_score(rising(8), false);  // 0 1 | 2 3 4 5 | 6 7
    EXPECT_DOUBLE_EQ(eight.first_third.j, 0.005);
    EXPECT_DOUBLE_EQ(eight.middle_third.j, 0.035);
    EXPECT_DOUBLE_EQ(eight.last_third.j, 0.065);
    const DavisSequenceScore two = davis_sequence_score(rising(2), false);  // nothing lies between
    EXPECT_DOUBLE_EQ(two.first_third.j, 0);
    EXPECT_DOUBLE_EQ(two.middle_third.j, 0.005);
    EXPECT_DOUBLE_EQ(two.last_third.j, 0.01);
}

TEST(DavisSequenceScore, NeedsAFrame) {
    EXPECT_EQ(davis_sequence_score(rising(3), true).frames, 1);
    EXPECT_THROW((void)davis_sequence_score(rising(2), true), std::invalid_argument);
    EXPECT_THROW((void)davis_sequence_score(rising(0), false), std::invalid_argument);
}

TEST(DavisMean, WeighsObjectsEqually) {
    const DavisSequenceScore all = davis_mean(std::vector<DavisSequenceScore>{
        {10, {0.2, 0.4}, {0.3, 0.3}, {0.2, 0.6}, {0.1, 0.1}}, {90, {0.6, 0.8}, {0.5, 0.7}, {0.4, 1}, {0.9, 0.3}}});
    EXPECT_EQ(all.frames, 100);
    EXPECT_DOUBLE_EQ(all.mean.j, 0.4);
    EXPECT_DOUBLE_EQ(all.mean.f, 0.6);
    EXPECT_DOUBLE_EQ(all.mean.mean(), 0.5);
    EXPECT_DOUBLE_EQ(all.first_third.f, 0.5);
    EXPECT_DOUBLE_EQ(all.middle_third.f, 0.8);
    EXPECT_DOUBLE_EQ(all.last_third.j, 0.5);
    EXPECT_THROW((void)davis_mean({}), std::invalid_argument);
}

}  // namespace
}  // namespace ausm::eval
