// SPDX-License-Identifier: MIT
// Recording, and what is left to do when a recording fails.
#include "session/cuda_graphs.h"

#include <ATen/core/CachingHostAllocator.h>
#include <ATen/cuda/CUDAGeneratorImpl.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <torch/version.h>

#include <exception>
#include <map>
#include <mutex>

namespace ausm {
namespace {

/// Held while a graph is recorded and while the allocator frees what it has cached.
std::mutex& allocator_mutex() {
    static std::mutex mutex;
    return mutex;
}

/// Streams that no plan records on now, by device. They are never destroyed: LibTorch 2.11 keeps a cuBLAS workspace for
/// each stream for ever, so that a new stream for every plan would cost one each.
class IdleStreams {
public:
    cudaStream_t take(c10::DeviceIndex device) {
        const std::lock_guard lock(mutex_);
        auto& idle = idle_[device];
        if (idle.empty()) {
            const c10::cuda::CUDAGuard guard(device);
            int least = 0, greatest = 0;
            C10_CUDA_CHECK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
            cudaStream_t stream = nullptr;
            // Kernels are replayed with the priority of the stream that they were recorded on: the engine's.
            C10_CUDA_CHECK(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, greatest));
            return stream;
        }
        auto* const stream = idle.back();
        idle.pop_back();
        return stream;
    }
    void give_back(c10::DeviceIndex device, cudaStream_t stream) {
        const std::lock_guard lock(mutex_);
        idle_[device].push_back(stream);
    }

private:
    std::mutex mutex_;  // guards idle_
    std::map<c10::DeviceIndex, std::vector<cudaStream_t>> idle_;
};

IdleStreams& idle_streams() {
    static auto& streams = *new IdleStreams;  // engines may end after main()
    return streams;
}

std::size_t reserved_bytes(c10::DeviceIndex device) {
    // [0]: of all pools
    return static_cast<std::size_t>(c10::cuda::CUDACachingAllocator::getDeviceStats(device).reserved_bytes[0].current);
}

}  // namespace

RecordingStream::RecordingStream(c10::DeviceIndex device)
    : stream_(c10::cuda::getStreamFromExternal(idle_streams().take(device), device)) {}

RecordingStream::~RecordingStream() { idle_streams().give_back(stream_.device_index(), stream_.stream()); }

/// A graph whose recording can be given up at any point.
class CudaGraphs::Graph final : public at::cuda::CUDAGraph {
public:
    /// After an error of capture_begin(), of the work, or of capture_end().
    void give_up(const c10::cuda::CUDAStream& stream) noexcept {
        auto status = cudaStreamCaptureStatusNone;
        if (cudaStreamIsCapturing(stream, &status) == cudaSuccess && status != cudaStreamCaptureStatusNone) {
            cudaGraph_t rest = nullptr;
            if (cudaStreamEndCapture(stream, &rest) == cudaSuccess && rest != nullptr)
                static_cast<void>(cudaGraphDestroy(rest));
        }
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR == 11
        close_what_stays_open();
#endif
        static_cast<void>(cudaGetLastError());  // else the next launch reports it
    }

private:
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR == 11
    /// capture_end() throws before it tells anybody that the recording is over (2.11), so that the allocators would go on
    /// as if it lasted: no block that another stream has used is ever free again, emptyCache() throws, and so does every
    /// random number on a GPU.
    void close_what_stays_open() noexcept {
        const auto tell = [](const auto& that_it_is_over) {
            try {
                that_it_is_over();
                return true;
            } catch (const std::exception&) {
                return false;  // knows already
            }
        };
        using namespace c10::cuda;
        if (tell([&] { CUDACachingAllocator::endAllocateToPool(capture_dev_, mempool_id_); }))
            tell([&] { CUDACachingAllocator::releasePool(capture_dev_, mempool_id_); });
        auto* const host = at::getHostAllocator(at::kCUDA);
        if (tell([&] { host->end_allocate_to_pool(mempool_id_); }))
            tell([&] { host->release_pool(mempool_id_); });
        for (auto& [generator, increment] : captured_generator_states_)
            tell([&, state = generator] { state->capture_epilogue(); });
    }
#endif
};

CudaGraphs::CudaGraphs(c10::DeviceIndex device) : stream_(device), pool_(at::cuda::graph_pool_handle()) {}
CudaGraphs::~CudaGraphs() = default;

void CudaGraphs::record(std::size_t phase, const std::function<void()>& work) {
    TORCH_CHECK(phase == graphs_.size(), "phases are recorded in their order");
    const std::lock_guard lock(allocator_mutex());
    const c10::cuda::CUDAStreamGuard guard(stream_.get());
    const auto device = stream_.get().device_index();
    const auto before = reserved_bytes(device);
    auto graph = std::make_unique<Graph>();
    std::exception_ptr failure;
    const auto noted = [&](const auto& step) {
        try {
            step();
        } catch (...) {
            if (!failure)
                failure = std::current_exception();
        }
    };
    // Other threads may go on allocating and uploading meanwhile.
    noted([&] { graph->capture_begin(pool_, cudaStreamCaptureModeThreadLocal); });
    if (!failure) {
        noted(work);
        noted([&] { graph->capture_end(); });
    }
    if (failure) {
        graph->give_up(stream_.get());
        std::rethrow_exception(failure);
    }
    graphs_.push_back(std::move(graph));
    const auto after = reserved_bytes(device);
    bytes_ += after > before ? after - before : 0;  // other threads may have given memory back
}

void CudaGraphs::replay(std::size_t phase) { graphs_.at(phase)->replay(); }

void empty_cuda_cache() {
    const std::lock_guard lock(allocator_mutex());
    c10::cuda::CUDACachingAllocator::emptyCache();
}

}  // namespace ausm
