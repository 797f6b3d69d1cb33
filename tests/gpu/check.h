// SPDX-License-Identifier: MIT
// The CUDA kernels against their CPU twins: what a check reports, and arrays on the device. No test framework, so that
// a machine with nvcc and nothing else can build it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cuda_runtime.h>

#include "numbers.h"

namespace ausm::gpu {

/// One comparison; passed when error <= bound.
struct Finding {
    std::string kernel, what;
    double error = 0, bound = 0;
    [[nodiscard]] bool passed() const { return error <= bound; }
};

/// Collects what one kernel's checks found; failures are printed at once.
class Report {
public:
    explicit Report(std::string kernel) : kernel_(std::move(kernel)) {}

    /// `where` names the case of the comparisons that follow: "bfloat16 [2, 5, 3, 97] S 8".
    void enter(std::string where) { where_ = std::move(where); }
    void compare(std::string_view what, const test::ErrorBound& result);
    /// For what must hold exactly: equal bits, untouched gaps, a launch that succeeds.
    void expect(std::string_view what, bool holds);
    /// A launch's cudaError_t: success is expected.
    void launched(int error);

    [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }

private:
    std::string kernel_, where_;
    std::vector<Finding> findings_;
};

/// Time of a call on the device at a size that matters.
struct Timing {
    std::string kernel, what;
    double seconds = 0;           // median of many
    double bytes = 0, flops = 0;  // that the call must move and compute at least
};

/// On a GPU calls are timed; the emulation makes each once, so that they are known to run.
class Timings {
public:
    explicit Timings(std::string kernel) : kernel_(std::move(kernel)) {}
    /// call: launches on the default stream and returns the cudaError_t.
    void run(std::string_view what, double bytes, double flops, const std::function<int()>& call);
    [[nodiscard]] const std::vector<Timing>& timings() const { return timings_; }
    /// There is no GPU: sizes that keep one busy would take the emulation minutes.
    [[nodiscard]] static bool emulated();

private:
    std::string kernel_;
    std::vector<Timing> timings_;
};

/// Throws std::runtime_error naming the failed call.
void check_cuda(int error, const char* call);

/// Copies of host arrays on the device.
class DeviceArrays {
public:
    DeviceArrays() = default;
    DeviceArrays(const DeviceArrays&) = delete;
    DeviceArrays& operator=(const DeviceArrays&) = delete;
    ~DeviceArrays();

    /// The device's copy of `values`, which must live until fetch(). An empty array gives a pointer that is not null.
    template <class T>
    T* mirror(std::vector<T>& values) {
        return static_cast<T*>(add(values.data(), values.size() * sizeof(T)));
    }
    /// `bytes` of device memory that nobody has written.
    void* scratch(std::size_t bytes) { return add(nullptr, bytes); }
    /// Waits for the device and copies every mirror back into its host array.
    void fetch();

private:
    struct Array {
        void *host, *device;
        std::size_t bytes;
    };
    void* add(void* host, std::size_t bytes);
    std::vector<Array> arrays_;
};

/// One kernel's part of the program; `<stem>_check.cpp` defines both functions.
struct Check {
    const char* kernel;
    void (*check)(Report&);
    void (*time)(Timings&);
};

#define AUSM_GPU_CHECK(stem)                 \
    void check_##stem(::ausm::gpu::Report&); \
    void time_##stem(::ausm::gpu::Timings&)
AUSM_GPU_CHECK(history_marker);
AUSM_GPU_CHECK(history_marker_grad);
AUSM_GPU_CHECK(label_map);
AUSM_GPU_CHECK(mamba_step);
AUSM_GPU_CHECK(ms_deform_attn);
AUSM_GPU_CHECK(ms_deform_attn_grad);
AUSM_GPU_CHECK(preprocess);
AUSM_GPU_CHECK(selective_scan);
AUSM_GPU_CHECK(selective_scan_grad);

}  // namespace ausm::gpu
