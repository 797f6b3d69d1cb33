// SPDX-License-Identifier: MIT
// What LibTorch says about the GPUs.
#include "session/cuda_backend.h"

#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda.h>

namespace ausm {

int cuda_device_count() { return c10::cuda::device_count(); }

bool cuda_has_bfloat16(int device) {
    return at::cuda::getDeviceProperties(static_cast<c10::DeviceIndex>(device))->major >= 8;
}

std::string cuda_device_name(int device) {
    return at::cuda::getDeviceProperties(static_cast<c10::DeviceIndex>(device))->name;
}

void enter_cuda_thread(at::Device device) {
    c10::cuda::set_device(device.index());
    c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool(/*isHighPriority=*/true, device.index()));
}

std::string cuda_error_text(at::Device device, const c10::Error& error) {
    if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr)
        return "not enough memory on " + device.str() +
               "; use a smaller inference-size or fewer streams. The stream's state is kept";
    int before = 0;
    const bool known = cudaGetDevice(&before) == cudaSuccess;
    auto state = cudaSetDevice(device.index());
    if (state == cudaSuccess)
        state = cudaDeviceSynchronize();
    if (known)
        static_cast<void>(cudaSetDevice(before));
    if (state == cudaSuccess)
        return error.what_without_backtrace();
    // After an error of the device itself every call fails: nothing on it can be read any more.
    return "the GPU " + device.str() + " is lost (" + cudaGetErrorString(state) +
           "), and with it the state of every stream on it; start the application again";
}

void* current_cuda_context() {
    C10_CUDA_CHECK(cudaFree(nullptr));  // makes the context, if nothing has yet
    using GetCurrent = CUresult (*)(CUcontext*);
    void* function = nullptr;
    cudaDriverEntryPointQueryResult found{};
    C10_CUDA_CHECK(cudaGetDriverEntryPointByVersion("cuCtxGetCurrent", &function, 12000, cudaEnableDefault, &found));
    CUcontext context = nullptr;
    TORCH_CHECK(
        found == cudaDriverEntryPointSuccess && reinterpret_cast<GetCurrent>(function)(&context) == CUDA_SUCCESS,
        "the CUDA driver does not tell its current context");
    return context;
}

}  // namespace ausm
