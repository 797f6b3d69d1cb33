// SPDX-License-Identifier: MIT
// Times of calls on a GPU, by events, with a cold second-level cache.
#include "check.h"

#include <algorithm>

namespace ausm::gpu {
namespace {

constexpr int kWarmUps = 3, kRounds = 30;
constexpr std::size_t kFlushBytes = std::size_t{256} << 20;  // more than the second-level cache of any GPU today

}  // namespace

bool Timings::emulated() { return false; }

void Timings::run(std::string_view what, double bytes, double flops, const std::function<int()>& call) {
    cudaEvent_t begin = nullptr, end = nullptr;
    check_cuda(cudaEventCreate(&begin), "cudaEventCreate");
    check_cuda(cudaEventCreate(&end), "cudaEventCreate");
    DeviceArrays arrays;
    void* flush = arrays.scratch(kFlushBytes);
    for (int i = 0; i < kWarmUps; ++i)
        check_cuda(call(), "launch");
    std::vector<double> seconds;
    for (int i = 0; i < kRounds; ++i) {
        // Filling takes longer than a launch: the device is never found waiting for the host.
        check_cuda(cudaMemsetAsync(flush, i, kFlushBytes, nullptr), "cudaMemsetAsync");
        check_cuda(cudaEventRecord(begin, nullptr), "cudaEventRecord");
        check_cuda(call(), "launch");
        check_cuda(cudaEventRecord(end, nullptr), "cudaEventRecord");
        check_cuda(cudaEventSynchronize(end), "cudaEventSynchronize");
        float milliseconds = 0;
        check_cuda(cudaEventElapsedTime(&milliseconds, begin, end), "cudaEventElapsedTime");
        seconds.push_back(milliseconds / 1e3);
    }
    cudaEventDestroy(begin);
    cudaEventDestroy(end);
    std::nth_element(seconds.begin(), seconds.begin() + kRounds / 2, seconds.end());
    timings_.push_back({kernel_, std::string(what), seconds[kRounds / 2], bytes, flops});
}

}  // namespace ausm::gpu
