// SPDX-License-Identifier: MIT
// Reports and device arrays.
#include "check.h"

#include <cstdio>
#include <stdexcept>

namespace ausm::gpu {

void Report::compare(std::string_view what, const test::ErrorBound& result) {
    findings_.push_back({kernel_, where_ + " " + std::string(what), result.error, result.bound});
    const Finding& finding = findings_.back();
    if (!finding.passed())
        std::printf("FAILED %s: %s: error %.3g, bound %.3g, largest value %.3g\n", kernel_.c_str(),
                    finding.what.c_str(), result.error, result.bound, result.magnitude);
}

void Report::expect(std::string_view what, bool holds) { compare(what, {holds ? 0.0 : 1.0, 0.0, 0.0}); }

void Report::launched(int error) {
    const bool success = error == cudaSuccess;
    expect(success ? "launch" : std::string("launch: ") + cudaGetErrorString(static_cast<cudaError_t>(error)), success);
}

void check_cuda(int error, const char* call) {
    if (error != cudaSuccess)
        throw std::runtime_error(std::string(call) + ": " + cudaGetErrorString(static_cast<cudaError_t>(error)));
}

DeviceArrays::~DeviceArrays() {
    for (const Array& array : arrays_)
        cudaFree(array.device);
}

void* DeviceArrays::add(void* host, std::size_t bytes) {
    void* device = nullptr;
    check_cuda(cudaMalloc(&device, bytes > 0 ? bytes : 1), "cudaMalloc");
    arrays_.push_back({host, device, bytes});
    if (host != nullptr && bytes > 0)
        check_cuda(cudaMemcpy(device, host, bytes, cudaMemcpyHostToDevice), "cudaMemcpy to the device");
    return device;
}

void DeviceArrays::fetch() {
    check_cuda(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    for (const Array& array : arrays_)
        if (array.host != nullptr && array.bytes > 0)
            check_cuda(cudaMemcpy(array.host, array.device, array.bytes, cudaMemcpyDeviceToHost),
                       "cudaMemcpy to the host");
}

}  // namespace ausm::gpu
