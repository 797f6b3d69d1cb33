// SPDX-License-Identifier: MIT
// Tables of times, small and bounded.
#include "session/step_clock.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

namespace ausm {
namespace {

// More sizes than an application has at once; those of an application that never settles must not pile up.
constexpr std::size_t kMostKinds = 64;

template <class Map>
auto& entry(Map& map, const typename Map::key_type& key) {
    if (map.size() >= kMostKinds && !map.contains(key))
        map.clear();
    return map[key];
}

/// What the nearest kind says about `key`: its own times where there are enough of them, else those of the kind whose
/// work is most like it, in proportion; kinds with few times only where no kind has enough.
template <class Map, class Ratio>
std::optional<double> nearest(const Map& map, const typename Map::key_type& key, const Ratio& ratio) {
    std::optional<double> seconds;
    double best = std::numeric_limits<double>::max();
    bool enough = false;
    for (const auto& [other, times] : map) {
        const bool has_enough = times.count() >= LatestTimes::kEnough;
        const double share = ratio(key, other);
        const double distance = other == key ? -1 : std::abs(std::log(share));
        if (enough && !has_enough)
            continue;
        if (distance >= best && enough == has_enough)
            continue;
        enough = has_enough;
        best = distance;
        seconds = times.most() * share;
    }
    return seconds;
}

}  // namespace

void LatestTimes::add(double seconds) {
    if (ring_.size() < kKept)
        ring_.push_back(seconds);
    else
        ring_[next_] = seconds;
    next_ = (next_ + 1) % kKept;
}

double LatestTimes::most() const {
    if (ring_.empty())
        return 0;
    auto sorted = ring_;
    const auto rank = (sorted.size() * 19 + 19) / 20;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(rank) - 1, sorted.end());
    return sorted[rank - 1];
}

void StepClock::add_batch(const Batch& batch, double seconds) {
    const Kind kind{batch.size.width, batch.size.height, std::bit_ceil(static_cast<unsigned>(batch.streams))};
    const std::lock_guard lock(mutex_);
    auto& warm_ups = entry(warm_ups_, {kind, std::bit_ceil(static_cast<unsigned>(batch.objects))});
    if (warm_ups < kWarmUp)
        ++warm_ups;
    else
        entry(batches_, kind).add(seconds);
}

void StepClock::add_picture(std::int64_t pixels, double seconds) {
    const std::lock_guard lock(mutex_);
    entry(pictures_, pixels).add(seconds);
}

/// A smaller batch of the same size is not taken to be faster: on a GPU it hardly is.
double StepClock::batch_seconds(const Kind& kind) const {
    const auto ratio = [](const Kind& wanted, const Kind& other) {
        const auto [width, height, streams] = wanted;
        const auto [other_width, other_height, other_streams] = other;
        return static_cast<double>(width) * height / (static_cast<double>(other_width) * other_height) *
               std::max(1.0, static_cast<double>(streams) / other_streams);
    };
    return nearest(batches_, kind, ratio).value_or(0);
}

double StepClock::picture_seconds(std::int64_t pixels) const {
    const auto ratio = [](std::int64_t wanted, std::int64_t other) {
        return static_cast<double>(wanted) / static_cast<double>(other);
    };
    return nearest(pictures_, pixels, ratio).value_or(0);
}

double StepClock::typical_seconds(std::int64_t pixels, std::span<const InputSize> streams, int batch) const {
    std::map<std::pair<int, int>, int> sizes;
    for (const auto& size : streams)
        ++sizes[{size.width, size.height}];
    const std::lock_guard lock(mutex_);
    double seconds = 0;
    for (const auto& [size, count] : sizes) {
        const auto together = static_cast<unsigned>(std::min(count, batch));
        const int rounds = (count + batch - 1) / batch;
        seconds += rounds * batch_seconds({size.first, size.second, std::bit_ceil(together)});
    }
    return seconds > 0 ? seconds + picture_seconds(pixels) : 0;
}

bool StepClock::knows(InputSize size) const {
    const std::lock_guard lock(mutex_);
    const auto found = batches_.find({size.width, size.height, 1});
    return found != batches_.end() && found->second.count() >= LatestTimes::kEnough;
}

}  // namespace ausm
