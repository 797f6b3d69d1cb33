// SPDX-License-Identifier: MIT
// The part of CUDA that the kernels and their checks use, on the CPU: blocks run one after the other, the threads of a
// block take turns. A .cu file included after this header is plain C++, so that its arithmetic, its indices and its
// synchronisation are checked on every machine, under AddressSanitizer as well. It says nothing about speed, memory
// ordering or what nvcc makes of it.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <type_traits>
#include <utility>

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __shared__ static  // one block at a time
#define __forceinline__ inline
#define __launch_bounds__(...)

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
    dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

using cudaError_t = int;
using cudaStream_t = struct HostStream*;
using cudaEvent_t = struct HostEvent*;
inline constexpr cudaError_t cudaSuccess = 0, cudaErrorInvalidValue = 1, cudaErrorMemoryAllocation = 2,
                             cudaErrorNoDevice = 100;

enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice };

cudaError_t cudaMalloc(void** pointer, std::size_t bytes);
cudaError_t cudaFree(void* pointer);
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind);
cudaError_t cudaMemset(void* pointer, int value, std::size_t bytes);
cudaError_t cudaMemsetAsync(void* pointer, int value, std::size_t bytes, cudaStream_t stream);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDevice(int* device);
enum cudaDeviceAttr { cudaDevAttrComputeCapabilityMajor };
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaGetLastError();
const char* cudaGetErrorString(cudaError_t error);

struct cudaLaunchConfig_t {
    dim3 gridDim, blockDim;
    std::size_t dynamicSmemBytes = 0;
    cudaStream_t stream = nullptr;
};

namespace host_cuda {

/// Runs `body` once for every thread of every block. Stops the program with a message when threads wait for each other
/// for ever: a __syncthreads() or a shuffle that not all of them reach.
void run(dim3 blocks, dim3 threads, const std::function<void()>& body);
/// Waits for all threads of the block (or of the warp) that still run.
void wait_for_block();
void wait_for_warp();
/// 32 places of 8 bytes that the threads of a warp share, and this thread's place among them.
std::uint64_t* warp_slots();
unsigned lane();

template <class Value>
Value shuffle(Value value, unsigned from) {
    static_assert(sizeof(Value) <= sizeof(std::uint64_t));
    std::memcpy(&warp_slots()[lane()], &value, sizeof value);
    wait_for_warp();
    if (from < 32)
        std::memcpy(&value, &warp_slots()[from], sizeof value);
    wait_for_warp();
    return value;
}

}  // namespace host_cuda

/// Of the thread whose turn it is.
inline dim3 threadIdx, blockIdx, blockDim, gridDim;
inline constexpr int warpSize = 32;

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
    const unsigned threads = config->blockDim.x * config->blockDim.y * config->blockDim.z;
    if (threads == 0 || threads > 1024 || config->gridDim.y > 65535 || config->gridDim.z > 65535)
        return cudaErrorInvalidValue;
    host_cuda::run(config->gridDim, config->blockDim, [&] { kernel(arguments...); });
    return cudaSuccess;
}

inline void __syncthreads() { host_cuda::wait_for_block(); }
inline void __threadfence() {}
inline void __syncwarp(unsigned = 0xffffffffU) { host_cuda::wait_for_warp(); }
template <class Value>
Value __shfl_sync(unsigned, Value value, int from) {
    return host_cuda::shuffle(value, static_cast<unsigned>(from));
}
template <class Value>
Value __shfl_down_sync(unsigned, Value value, unsigned delta) {
    return host_cuda::shuffle(value, host_cuda::lane() + delta);
}
template <class Value>
Value __shfl_up_sync(unsigned, Value value, unsigned delta) {
    return host_cuda::shuffle(value, host_cuda::lane() - delta);
}
template <class Value>
Value __shfl_xor_sync(unsigned, Value value, int mask) {
    return host_cuda::shuffle(value, host_cuda::lane() ^ static_cast<unsigned>(mask));
}

inline unsigned __ballot_sync(unsigned, bool yes) {
    host_cuda::warp_slots()[host_cuda::lane()] = yes;
    host_cuda::wait_for_warp();
    unsigned bits = 0;
    for (int from = 0; from < warpSize; ++from)
        bits |= static_cast<unsigned>(host_cuda::warp_slots()[from] & 1U) << from;
    host_cuda::wait_for_warp();
    return bits;
}
inline int __popc(unsigned bits) { return std::popcount(bits); }
inline int __ffs(unsigned bits) { return bits == 0 ? 0 : std::countr_zero(bits) + 1; }
inline int __clz(unsigned bits) { return std::countl_zero(bits); }

template <class Value>
Value atomicAdd(Value* to, std::type_identity_t<Value> value) {
    return std::exchange(*to, static_cast<Value>(*to + value));
}
template <class Value>
Value atomicAnd(Value* to, std::type_identity_t<Value> value) {
    return std::exchange(*to, static_cast<Value>(*to & value));
}
template <class Value>
Value atomicMin(Value* to, std::type_identity_t<Value> value) {
    return std::exchange(*to, std::min(*to, value));
}
template <class Value>
Value atomicMax(Value* to, std::type_identity_t<Value> value) {
    return std::exchange(*to, std::max(*to, value));
}

using std::max;
using std::min;
template <class Value>
Value __ldg(const Value* from) {
    return *from;
}
template <class Value>
Value __ldcg(const Value* from) {
    return *from;
}
template <class Value>
void __stcg(Value* to, Value value) {
    *to = value;
}
/// Bytes of {high, low} chosen by the four lower digits of `choice`, each 0 (lowest of low) to 7.
inline unsigned __byte_perm(unsigned low, unsigned high, unsigned choice) {
    const std::uint64_t both = static_cast<std::uint64_t>(high) << 32 | low;
    unsigned result = 0;
    for (unsigned i = 0; i < 4; ++i)
        result |= static_cast<unsigned>(both >> (8 * (choice >> (4 * i) & 7U)) & 0xffU) << (8 * i);
    return result;
}
/// sum + the two 16-bit halves of `pair` times the two lower (lo) or upper (hi) bytes.
inline unsigned __dp2a_lo(unsigned pair, unsigned bytes, unsigned sum) {
    return sum + (pair & 0xffffU) * (bytes & 0xffU) + (pair >> 16) * (bytes >> 8 & 0xffU);
}
inline unsigned __dp2a_hi(unsigned pair, unsigned bytes, unsigned sum) { return __dp2a_lo(pair, bytes >> 16, sum); }
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
    return static_cast<unsigned>((static_cast<std::uint64_t>(high) << 32 | low) >> (shift & 31U));
}
inline float __expf(float x) { return std::exp(x); }
inline float __fdividef(float a, float b) { return a / b; }
inline float __saturatef(float x) { return x > 0 ? std::min(x, 1.0F) : 0.0F; }
