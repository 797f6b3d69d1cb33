// SPDX-License-Identifier: MIT
// Work that is launched operation by operation at first, then recorded once and repeated, all of it or nothing.
#pragma once

#include <c10/util/Exception.h>

#include <functional>
#include <memory>
#include <span>
#include <string>

namespace ausm {

/// Phases and their recording. `Recording` has record(phase, work), which calls `work` to see what it launches and throws
/// when that cannot be repeated, and replay(phase). A recording that fails leaves nothing behind: the phases go on
/// operation by operation, and text() says why. Thread-bound.
template <class Recording>
class Recorded {
public:
    /// Runs that are not recorded: libraries try their algorithms, caches fill.
    static constexpr int kWarmUps = 2;
    using Phases = std::span<const std::function<void()>>;

    /// One run of all phases in their order, with after(phase) behind each. `make` gives an empty recording as
    /// std::unique_ptr; while `may_record` is false, for want of room, there is none. Throws what phases and replays
    /// throw; after a replay that failed, the next run is operation by operation.
    template <class Make, class After>
    void run(Phases phases, bool may_record, const Make& make, const After& after) {
        has_room_ = may_record;
        if (runs_ < kWarmUps)
            ++runs_;
        else if (may_record && !recording_ && !failed_)
            or_fail([&] { recording_ = record(phases, make); });
        const bool recorded = recording_ != nullptr;
        for (std::size_t i = 0; i < phases.size(); ++i) {
            if (recorded)
                replay(i);
            else
                phases[i]();
            after(i);
        }
    }

    /// Null: the phases are launched operation by operation.
    [[nodiscard]] const Recording* recording() const { return recording_.get(); }
    /// How the phases are launched.
    [[nodiscard]] std::string text() const {
        if (recording_)
            return "replayed";
        return failed_ ? "no: " + reason_ : has_room_ ? "not recorded yet" : "no: there is no room for it";
    }

private:
    template <class Make>
    static std::unique_ptr<Recording> record(Phases phases, const Make& make) {
        auto recording = make();
        for (std::size_t i = 0; i < phases.size(); ++i)
            recording->record(i, phases[i]);
        return recording;
    }

    void replay(std::size_t phase) {
        try {
            recording_->replay(phase);
        } catch (const std::exception& error) {
            fail(error);
            throw;
        }
    }

    template <class Work>
    void or_fail(const Work& work) {
        try {
            work();
        } catch (const std::exception& error) {
            fail(error);
        }
    }

    /// The first line alone: CUDA's advice for programmers follows.
    void fail(const std::exception& error) {
        const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
        const std::string text = of_torch != nullptr ? of_torch->what_without_backtrace() : error.what();
        reason_ = text.substr(0, text.find('\n'));
        failed_ = true;
        recording_.reset();
    }

    std::unique_ptr<Recording> recording_;
    std::string reason_;  // why there is none
    bool failed_ = false, has_room_ = true;
    int runs_ = 0;  // at most kWarmUps
};

}  // namespace ausm
