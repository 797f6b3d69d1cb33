// SPDX-License-Identifier: MIT
// A section is announced by one store; helpers spin briefly before they sleep.
#include "ops/workers.h"

#include "ops/single_thread.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <pthread.h>

#include <algorithm>

namespace ausm::ops {
namespace {

// About 0.1 ms: longer than the gaps between the sections of a frame, far shorter than the one between frames.
constexpr int kSpins = 8000;

constexpr std::uint64_t kMostPieces = 0xffff;

thread_local Workers* leads = nullptr;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// Returns once `value` is not `old`: soon after without a system call, later by sleeping.
template <class T>
void wait_while(const std::atomic<T>& value, T old) {
    for (int i = 0; i < kSpins; ++i) {
        if (value.load(std::memory_order_acquire) != old)
            return;
        pause();
    }
    value.wait(old, std::memory_order_acquire);
}

}  // namespace

Workers::Workers(int count) {
    TORCH_CHECK(count >= 1, "workers: count is ", count);
    for (int i = 1; i < count; ++i)
        helpers_.emplace_back([this] { help(); });
}

Workers::~Workers() {
    ending_.store(true);
    announced_.fetch_add(1);
    announced_.notify_all();
    for (auto& helper : helpers_)
        helper.join();
}

bool Workers::take_one(std::uint32_t section) {
    auto next = next_.load(std::memory_order_acquire);
    const auto* body = body_.load(std::memory_order_relaxed);
    // A body that belongs to a newer section is not used: that section began after all pieces of this one were taken.
    do {
        if (next >> 32 != section || (next & kMostPieces) >= (next >> 16 & kMostPieces))
            return false;
    } while (!next_.compare_exchange_weak(next, next + 1, std::memory_order_acq_rel, std::memory_order_acquire));
    try {
        (*body)(static_cast<int>(next & kMostPieces));
    } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!error_)
            error_ = std::current_exception();
    }
    if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1)
        open_.notify_one();
    return true;
}

void Workers::help() {
    pthread_setname_np(pthread_self(), "ausm-worker");
    use_single_thread();
    const c10::InferenceMode inference;
    std::uint32_t seen = 0;
    while (true) {
        wait_while(announced_, seen);
        seen = announced_.load(std::memory_order_acquire);
        if (ending_.load())
            return;
        while (take_one(seen)) {
        }
    }
}

void Workers::run(int pieces, const std::function<void(int)>& body) {
    if (pieces <= 1 || helpers_.empty()) {
        for (int i = 0; i < pieces; ++i)
            body(i);
        return;
    }
    TORCH_CHECK(static_cast<std::uint64_t>(pieces) <= kMostPieces, "workers: ", pieces, " pieces are too many");
    const std::uint32_t section = announced_.load(std::memory_order_relaxed) + 1;
    body_.store(&body, std::memory_order_relaxed);
    open_.store(pieces, std::memory_order_relaxed);
    next_.store(std::uint64_t{section} << 32 | static_cast<std::uint64_t>(pieces) << 16, std::memory_order_release);
    announced_.store(section, std::memory_order_release);
    announced_.notify_all();
    leads = nullptr;  // a split inside a piece runs in line
    while (take_one(section)) {
    }
    leads = this;
    for (int left = open_.load(std::memory_order_acquire); left != 0; left = open_.load(std::memory_order_acquire))
        wait_while(open_, left);
    if (error_)
        std::rethrow_exception(std::exchange(error_, nullptr));
}

Workers* current_workers() { return leads; }

LeadWorkers::LeadWorkers(Workers& workers) { leads = &workers; }
LeadWorkers::~LeadWorkers() { leads = nullptr; }

int worker_count() { return leads != nullptr && c10::InferenceMode::is_enabled() ? leads->count() : 1; }

void run_pieces(int pieces, const std::function<void(int)>& body) {
    if (leads != nullptr) {
        leads->run(pieces, body);
        return;
    }
    for (int i = 0; i < pieces; ++i)
        body(i);
}

void split_range(std::int64_t count, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body) {
    if (leads == nullptr) {
        at::parallel_for(0, count, grain, body);
        return;
    }
    const auto grains = (count + grain - 1) / grain;
    const auto pieces = std::min<std::int64_t>(grains, leads->count());
    leads->run(static_cast<int>(pieces), [&](int i) {
        const auto begin = grains * i / pieces * grain, end = std::min(count, grains * (i + 1) / pieces * grain);
        body(begin, end);
    });
}

}  // namespace ausm::ops
