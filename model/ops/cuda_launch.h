// SPDX-License-Identifier: MIT
// Between LibTorch and the CUDA kernels: the stream to launch on, and errors as exceptions.
#pragma once

#include <ATen/core/Tensor.h>

#ifdef AUSM_CUDA
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace ausm::ops {

/// launch(stream) on the current stream of x's device, where the current device must be x's. Throws c10::Error when the
/// launch fails, or when this build has no CUDA.
template <class Launch>
void launch_cuda(const at::Tensor& x, const char* op, const Launch& launch) {
#ifdef AUSM_CUDA
    const int error = launch(static_cast<void*>(c10::cuda::getCurrentCUDAStream(x.device().index()).stream()));
    TORCH_CHECK(error == cudaSuccess, op, ": ", cudaGetErrorString(static_cast<cudaError_t>(error)));
#else
    static_cast<void>(launch);
    TORCH_CHECK(false, op, ": this build has no CUDA, and a tensor is on ", x.device());
#endif
}

}  // namespace ausm::ops
