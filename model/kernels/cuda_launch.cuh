// SPDX-License-Identifier: MIT
// Starting a CUDA kernel, the same way everywhere.
#pragma once

#include <cstdint>

#include <cuda_runtime.h>

namespace ausm {

/// Blocks that cover `count` items at `per_block` each.
inline unsigned blocks_for(std::int64_t count, std::int64_t per_block) noexcept {
    return static_cast<unsigned>((count + per_block - 1) / per_block);
}

/// Launches on `stream` (a cudaStream_t) without waiting. No blocks: nothing to do, success.
template <class... Parameters>
int launch(void (*kernel)(Parameters...), dim3 blocks, dim3 threads, void* stream,
           const Parameters&... arguments) noexcept {
    if (blocks.x == 0 || blocks.y == 0 || blocks.z == 0)
        return cudaSuccess;
    cudaLaunchConfig_t config{};
    config.gridDim = blocks;
    config.blockDim = threads;
    config.stream = static_cast<cudaStream_t>(stream);
    const cudaError_t error = cudaLaunchKernelEx(&config, kernel, arguments...);
    return error == cudaSuccess ? cudaGetLastError() : error;
}

}  // namespace ausm
