// SPDX-License-Identifier: MIT
// What phases launch, as CUDA graphs. Only in builds with AUSM_CUDA.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/cuda/CUDAStream.h>

#include <functional>
#include <memory>
#include <vector>

namespace ausm {

/// A CUDA stream that nobody else records on while this lives. LibTorch's own streams are handed out again and again, and
/// what other threads launch on a stream that records becomes part of the graph.
class RecordingStream {
public:
    explicit RecordingStream(c10::DeviceIndex device);
    ~RecordingStream();
    RecordingStream(const RecordingStream&) = delete;
    RecordingStream& operator=(const RecordingStream&) = delete;
    [[nodiscard]] const c10::cuda::CUDAStream& get() const { return stream_; }

private:
    c10::cuda::CUDAStream stream_;
};

/// The graphs of phases that are replayed in their order: they share memory that nobody else takes, and refer to nothing
/// of other graphs. For Recorded. Thread-bound.
class CudaGraphs {
public:
    explicit CudaGraphs(c10::DeviceIndex device);
    ~CudaGraphs();
    CudaGraphs(const CudaGraphs&) = delete;
    CudaGraphs& operator=(const CudaGraphs&) = delete;

    /// Phases come in their order. `work` launches on this object's stream and does not wait; nothing is computed. Throws
    /// the first error of `work` or of the recording; LibTorch's allocator is then as it was before.
    void record(std::size_t phase, const std::function<void()>& work);
    /// Launches on the current stream.
    void replay(std::size_t phase);
    /// Of the device, taken by the recordings.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    class Graph;
    RecordingStream stream_;  // outlives the graphs
    c10::MempoolId_t pool_;
    std::vector<std::unique_ptr<Graph>> graphs_;
    std::size_t bytes_ = 0;
};

/// CUDACachingAllocator::emptyCache(), which fails while some thread records: waits until none does.
void empty_cuda_cache();

}  // namespace ausm
