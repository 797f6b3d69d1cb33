// SPDX-License-Identifier: MIT
// The threads of a block as contexts of one thread, each running until it ends or waits.
#include "cuda_runtime.h"

#include <setjmp.h>
#include <ucontext.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define HOST_CUDA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOST_CUDA_ASAN 1
#endif
#endif
#ifdef HOST_CUDA_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

namespace host_cuda {
namespace {

constexpr std::size_t kStackBytes = 128 << 10;
constexpr unsigned kWarp = 32;

struct Context {
    ucontext_t machine{};
    jmp_buf place{};
    bool entered = true;  // place says where to go on; false: machine does
    void* fake_stack = nullptr;
    const void* stack = nullptr;
    std::size_t stack_bytes = 0;
};

#ifdef HOST_CUDA_ASAN
void switch_to(Context& from, Context& to) {
    __sanitizer_start_switch_fiber(&from.fake_stack, to.stack, to.stack_bytes);
    swapcontext(&from.machine, &to.machine);
    __sanitizer_finish_switch_fiber(from.fake_stack, nullptr, nullptr);
}
#else
/// As swapcontext(), which asks the kernel for the signal mask every time.
void switch_to(Context& from, Context& to) {
    if (_setjmp(from.place) != 0)
        return;
    if (std::exchange(to.entered, true))
        _longjmp(to.place, 1);
    setcontext(&to.machine);
}
#endif

enum class State { kRuns, kWaitsForBlock, kWaitsForWarp, kEnded };

struct Thread {
    Context context;
    std::unique_ptr<std::array<char, kStackBytes>> memory = std::make_unique<std::array<char, kStackBytes>>();
    State state = State::kEnded;
    dim3 index;
};

struct Warp {
    std::array<std::uint64_t, kWarp> slots{};
};

std::deque<Thread> threads;  // contexts must not move
std::vector<Warp> warps;
Context scheduler;
std::size_t current = 0, count = 0;
const std::function<void()>* body = nullptr;

void enter() {
#ifdef HOST_CUDA_ASAN
    __sanitizer_finish_switch_fiber(nullptr, &scheduler.stack, &scheduler.stack_bytes);
#endif
    while (true) {
        (*body)();
        auto& thread = threads[current];
        thread.state = State::kEnded;
        switch_to(thread.context, scheduler);  // comes back with the next block
    }
}

void start(Thread& thread, dim3 index) {
    thread.index = index;
    thread.state = State::kRuns;
    if (thread.context.stack != nullptr)
        return;
    thread.context.entered = false;
    thread.context.stack = thread.memory->data();
    thread.context.stack_bytes = kStackBytes;
    getcontext(&thread.context.machine);
    thread.context.machine.uc_stack.ss_sp = thread.memory->data();
    thread.context.machine.uc_stack.ss_size = kStackBytes;
    thread.context.machine.uc_link = nullptr;
    makecontext(&thread.context.machine, enter, 0);
}

void wait(State state) {
    auto& thread = threads[current];
    thread.state = state;
    switch_to(thread.context, scheduler);
}

/// Lets threads begin..end go on when all that still run wait for the same.
bool release(std::size_t begin, std::size_t end, State waiting) {
    bool any = false;
    for (std::size_t i = begin; i < end; ++i) {
        if (threads[i].state == State::kEnded)
            continue;
        if (threads[i].state != waiting)
            return false;
        any = true;
    }
    for (std::size_t i = begin; i < end; ++i)
        if (threads[i].state == waiting)
            threads[i].state = State::kRuns;
    return any;
}

void run_block() {
    while (true) {
        bool ran = false, open = false;
        for (current = 0; current < count; ++current) {
            auto& thread = threads[current];
            if (thread.state == State::kRuns) {
                threadIdx = thread.index;
                switch_to(scheduler, thread.context);
                ran = true;
            }
            open = open || thread.state != State::kEnded;
        }
        if (!open)
            return;
        for (std::size_t begin = 0; begin < count; begin += kWarp)
            ran = release(begin, std::min<std::size_t>(begin + kWarp, count), State::kWaitsForWarp) || ran;
        ran = release(0, count, State::kWaitsForBlock) || ran;
        if (!ran) {
            std::fputs("host_cuda: threads of a block wait for each other for ever\n", stderr);
            std::abort();
        }
    }
}

}  // namespace

void run(dim3 blocks, dim3 block_threads, const std::function<void()>& kernel) {
    count = std::size_t{block_threads.x} * block_threads.y * block_threads.z;
    if (threads.size() < count)
        threads.resize(count);
    warps.resize((count + kWarp - 1) / kWarp);
    body = &kernel;
    gridDim = blocks;
    blockDim = block_threads;
    for (unsigned z = 0; z < blocks.z; ++z)
        for (unsigned y = 0; y < blocks.y; ++y)
            for (unsigned x = 0; x < blocks.x; ++x) {
                blockIdx = {x, y, z};
                for (std::size_t i = 0; i < count; ++i) {
                    const auto n = static_cast<unsigned>(i);
                    start(threads[i], {n % block_threads.x, n / block_threads.x % block_threads.y,
                                       n / (block_threads.x * block_threads.y)});
                }
                run_block();
            }
}

void wait_for_block() { wait(State::kWaitsForBlock); }
void wait_for_warp() { wait(State::kWaitsForWarp); }
std::uint64_t* warp_slots() { return warps[current / kWarp].slots.data(); }
unsigned lane() { return static_cast<unsigned>(current % kWarp); }

}  // namespace host_cuda

// Fresh memory is filled with what no computation survives: bytes 0xff are NaN in every floating-point type.
cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
    *pointer = std::malloc(bytes > 0 ? bytes : 1);
    if (*pointer == nullptr)
        return cudaErrorMemoryAllocation;
    std::memset(*pointer, 0xff, bytes);
    return cudaSuccess;
}
cudaError_t cudaFree(void* pointer) {
    std::free(pointer);
    return cudaSuccess;
}
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind) {
    if (bytes > 0)
        std::memcpy(to, from, bytes);
    return cudaSuccess;
}
cudaError_t cudaMemset(void* pointer, int value, std::size_t bytes) {
    std::memset(pointer, value, bytes);
    return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* pointer, int value, std::size_t bytes, cudaStream_t) {
    return cudaMemset(pointer, value, bytes);
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t) {
    return cudaMemcpy(to, from, bytes, kind);
}
cudaError_t cudaGetDeviceCount(int* device_count) {
    *device_count = 1;
    return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
    *device = 0;
    return cudaSuccess;
}
// As an H100's, so that kernels take the ways that matter most.
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int) {
    *value = 9;
    return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }
cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaGetLastError() { return cudaSuccess; }
const char* cudaGetErrorString(cudaError_t error) {
    return error == cudaErrorInvalidValue ? "invalid argument" : error == cudaSuccess ? "no error" : "error";
}
