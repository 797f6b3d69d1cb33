// SPDX-License-Identifier: MIT
// The few threads that share the work of one frame.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ausm::ops {

/// A thread that leads and `count - 1` threads that help, all in inference mode and with one OpenMP thread each: the
/// work is split into a few large pieces here, and every LibTorch operation inside a piece is single-threaded. Pieces are
/// taken, not assigned: where a helper is late (asleep, or its core is busy with other programs), the leader does its
/// piece too, so a section never waits for a thread to wake up. Between two sections helpers stay awake for a short
/// while, because waking a thread of a virtual machine costs as much as a small layer.
class Workers {
public:
    /// Starts the helpers; count >= 1.
    explicit Workers(int count);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    [[nodiscard]] int count() const { return static_cast<int>(helpers_.size()) + 1; }
    /// body(0) ... body(pieces - 1), each once, in any order, on any of the workers; returns when all have ended and throws
    /// again what the first of them threw. At most 65535 pieces. Inside a piece this and every other split runs in line.
    /// Of the leader only.
    void run(int pieces, const std::function<void(int)>& body);

private:
    void help();
    bool take_one(std::uint32_t section);

    std::vector<std::thread> helpers_;
    // Section (32 bits), its pieces (16) and the next piece (16) in one word, so that a late helper can neither take a
    // piece of another section nor one that its section does not have.
    std::atomic<std::uint64_t> next_{0};
    std::atomic<const std::function<void(int)>*> body_{nullptr};
    std::atomic<int> open_{0};                 // pieces that have not ended
    std::atomic<std::uint32_t> announced_{0};  // helpers sleep on it
    std::atomic<bool> ending_{false};
    std::mutex mutex_;  // guards error_
    std::exception_ptr error_;
};

/// The workers of the calling thread; null on threads that have none, and inside a piece.
Workers* current_workers();

/// Makes the calling thread the leader of these workers while it lives.
class LeadWorkers {
public:
    explicit LeadWorkers(Workers& workers);
    ~LeadWorkers();
    LeadWorkers(const LeadWorkers&) = delete;
    LeadWorkers& operator=(const LeadWorkers&) = delete;
};

/// How many pieces the calling thread's workers make of a whole: 1 without workers, and outside inference mode (what a helper
/// makes is an inference tensor).
int worker_count();
/// body(0) ... body(pieces - 1) on the calling thread's workers, or here.
void run_pieces(int pieces, const std::function<void(int)>& body);
/// Splits [0, count) into one range of at least `grain` a worker; whole multiples of `grain` but for the last.
void split_range(std::int64_t count, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body);

}  // namespace ausm::ops
