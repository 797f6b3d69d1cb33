// SPDX-License-Identifier: MIT
// How long frames take: what a live stream declares as its latency is made of these times.
#pragma once

#include "session/frame_input.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <tuple>
#include <vector>

namespace ausm {

/// The latest times of one kind of work, in seconds.
class LatestTimes {
public:
    static constexpr std::size_t kKept = 64;
    /// From so many on, nineteen of twenty leave one out.
    static constexpr std::size_t kEnough = 20;

    void add(double seconds);
    [[nodiscard]] std::size_t count() const { return ring_.size(); }
    /// Nearest rank: the smallest time that nineteen of twenty do not exceed; of fewer than twenty that is the longest.
    [[nodiscard]] double most() const;

private:
    std::vector<double> ring_;
    std::size_t next_ = 0;
};

/// Times of frames that were computed, and what follows from them for frames to come. No clock is read here.
/// Thread-safe.
class StepClock {
public:
    /// The first batches of a kind are no measure: weights are packed, caches fill, and on a GPU two run operation by
    /// operation, the third is captured and the fourth replayed for the first time.
    static constexpr int kWarmUp = 4;

    /// What the engine computes at once.
    struct Batch {
        InputSize size;
        int streams = 1;
        int objects = 0;  ///< the most that one of the streams has
    };

    /// The engine's part: from the moment when the batch was begun.
    void add_batch(const Batch& batch, double seconds);
    /// The caller's part: a picture of so many pixels read before the engine's part, and its map drawn after it.
    void add_picture(std::int64_t pixels, double seconds);

    /// Seconds that a frame with `pixels` takes in nineteen of twenty cases when all of `streams`, its own among them,
    /// bring one at the same moment and `batch` of one size are computed at once. A kind of work that was not seen often
    /// enough is taken from the one that is nearest by the number of pixels. 0: no batch was seen that is a measure.
    [[nodiscard]] double typical_seconds(std::int64_t pixels, std::span<const InputSize> streams, int batch) const;
    /// Whether frames of this size have been computed often enough, one at a time.
    [[nodiscard]] bool knows(InputSize size) const;

private:
    /// Width and height of the network's input, and streams to the next power of two, as plans are padded.
    using Kind = std::tuple<int, int, unsigned>;

    [[nodiscard]] double batch_seconds(const Kind& kind) const;
    [[nodiscard]] double picture_seconds(std::int64_t pixels) const;

    mutable std::mutex mutex_;                           // guards everything below; innermost
    std::map<std::pair<Kind, unsigned>, int> warm_ups_;  // batches seen of a kind and number of objects, to kWarmUp
    std::map<Kind, LatestTimes> batches_;
    std::map<std::int64_t, LatestTimes> pictures_;
};

}  // namespace ausm
