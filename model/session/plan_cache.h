// SPDX-License-Identifier: MIT
// Which plans are kept ready: those of the sizes that come most, within a bound, and without making them again and again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <utility>

namespace ausm {

/// What may be kept ready at once.
struct PlanBound {
    std::size_t plans = 64;
    std::size_t bytes = std::numeric_limits<std::size_t>::max();  ///< nothing is added from here on
    std::uint64_t idle = 1000;  ///< batches without a plan before another one may take its place
};

/// Plans by key. When the bound is reached, only a plan that has been idle makes room for a new one. Until there is such
/// a plan, the newcomer is a guest: it works, but it gives way to the next one, and recording it is not worth while. So a
/// plan is made again at most once in `idle` batches, however many sizes take turns.
/// `Plan` says what it holds: bytes(). Thread-bound.
template <class Key, class Plan>
class PlanCache {
public:
    struct Found {
        Plan& plan;  ///< until the next call
        bool kept;   ///< false: a guest
    };

    explicit PlanCache(const PlanBound& bound) : bound_(bound) {}

    /// The plan for the next batch; `make` gives a new one as std::unique_ptr<Plan>.
    template <class Make>
    Found get(const Key& key, const Make& make) {
        ++now_;
        const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Entry& one) { return one.key == key; });
        if (found != kept_.end()) {
            kept_.splice(kept_.begin(), kept_, found);
        } else {
            while (is_full() && !kept_.empty() && now_ - kept_.back().used > bound_.idle)
                kept_.pop_back();
            if (guest_.plan && guest_.key != key)
                guest_ = {};  // before the new one takes its memory
            if (!guest_.plan)
                guest_ = {key, make(), now_};
            if (is_full())
                return {*guest_.plan, false};
            kept_.push_front(std::exchange(guest_, {}));
        }
        kept_.front().used = now_;
        return {*kept_.front().plan, true};
    }

    /// Of the plans that are kept.
    [[nodiscard]] std::size_t bytes() const {
        std::size_t sum = 0;
        for (const auto& one : kept_)
            sum += one.plan->bytes();
        return sum;
    }
    /// Whether what is kept may still grow.
    [[nodiscard]] bool has_room() const { return bytes() < bound_.bytes; }

    /// Frees all plans.
    void clear() {
        kept_.clear();
        guest_ = {};
    }
    /// From now on at most so many bytes; never more than before.
    void lower(std::size_t bytes) { bound_.bytes = std::min(bound_.bytes, bytes); }

private:
    struct Entry {
        Key key{};
        std::unique_ptr<Plan> plan;
        std::uint64_t used = 0;  // the batch
    };

    [[nodiscard]] bool is_full() const { return kept_.size() >= bound_.plans || !has_room(); }

    PlanBound bound_;
    std::list<Entry> kept_;  // last used first
    Entry guest_;
    std::uint64_t now_ = 0;  // batches
};

}  // namespace ausm
