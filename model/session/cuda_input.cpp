// SPDX-License-Identifier: MIT
// Frames to network inputs on a GPU. Every stream has a CUDA stream of its own for this, so that uploads and colour
// conversion run while the engine computes other streams' frames; the engine's stream waits for an event, no thread does.
#include "session/cuda_backend.h"
#include "session/picture_params.h"

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <stdexcept>

namespace ausm {
namespace {

using c10::cuda::CUDAStream;

class CudaInput final : public FrameInput {
public:
    CudaInput(at::Tensor picture, std::vector<at::Tensor> planes, const CUDAStream& stream)
        : picture_(std::move(picture)), planes_(std::move(planes)) {
        ready_.record(stream);
    }
    at::Tensor images() override {
        const auto stream = c10::cuda::getCurrentCUDAStream(picture_.device().index());
        ready_.block(stream);
        // Freed by another thread, perhaps while this stream still reads it.
        c10::cuda::CUDACachingAllocator::recordStream(picture_.storage().data_ptr(), stream);
        return picture_.permute({0, 3, 1, 2});
    }
    void release_frame() override { ready_.synchronize(); }

private:
    at::Tensor picture_;              // [1, H, W, 3]
    std::vector<at::Tensor> planes_;  // what the kernel reads
    at::cuda::CUDAEvent ready_;
};

/// Rows of a plane lie `stride` apart, downwards or upwards; the copy's rows lie the same way.
PicturePlane uploaded(const Plane& plane, std::int64_t row_bytes, std::int64_t rows, const at::Tensor& to,
                      cudaStream_t stream) {
    const bool upwards = plane.stride < 0;
    const auto* first = static_cast<const std::uint8_t*>(plane.data) + (upwards ? (rows - 1) * plane.stride : 0);
    const auto pitch = static_cast<std::size_t>(upwards ? -plane.stride : plane.stride);
    auto* data = static_cast<std::uint8_t*>(to.mutable_data_ptr());
    // From pageable memory this returns when the source has been read: the frame is free after it.
    C10_CUDA_CHECK(cudaMemcpy2DAsync(data, static_cast<std::size_t>(row_bytes), first, std::max<std::size_t>(pitch, 1),
                                     static_cast<std::size_t>(row_bytes), static_cast<std::size_t>(rows),
                                     cudaMemcpyHostToDevice, stream));
    return upwards ? PicturePlane{data + (rows - 1) * row_bytes, -row_bytes} : PicturePlane{data, row_bytes};
}

class CudaInputMaker final : public InputMaker {
public:
    CudaInputMaker(at::Device device, at::ScalarType dtype)
        : device_(device), dtype_(dtype), stream_(c10::cuda::getStreamFromPool(false, device.index())) {}

    std::shared_ptr<FrameInput> make(const Frame& frame, InputSize size) override {
        const c10::cuda::CUDAStreamGuard guard(stream_);
        const auto picture = at::empty({1, size.height, size.width, 3}, at::TensorOptions(device_).dtype(dtype_));
        try {
            return dtype_ == at::kBFloat16 ? make_of<BFloat16>(frame, size, picture)
                                           : make_of<float>(frame, size, picture);
        } catch (...) {
            static_cast<void>(cudaStreamSynchronize(stream_));  // what was launched may still read the frame
            throw;
        }
    }

private:
    template <class Scalar>
    std::shared_ptr<FrameInput> make_of(const Frame& frame, InputSize size, const at::Tensor& picture) {
        auto params = picture_params<PreprocessParamsOf<Scalar>>(frame, size);
        params.out = static_cast<Scalar*>(picture.mutable_data_ptr());
        std::vector<at::Tensor> planes;
        if (frame.memory == MemoryKind::kHost)
            upload(frame, params.planes, planes);
        else
            wait_for(frame);
        C10_CUDA_CHECK(static_cast<cudaError_t>(preprocess_cuda(params, stream_.stream())));
        return std::make_shared<CudaInput>(picture, std::move(planes), stream_);
    }

    void upload(const Frame& frame, PicturePlane* planes, std::vector<at::Tensor>& owned) const {
        for (std::size_t i = 0; i < planes_of(frame.format); ++i) {
            const auto rows = plane_rows(frame, i), row_bytes = plane_row_bytes(frame, i);
            owned.push_back(at::empty({rows, row_bytes}, at::TensorOptions(device_).dtype(at::kByte)));
            planes[i] = uploaded(frame.planes[i], row_bytes, rows, owned.back(), stream_.stream());
        }
    }

    void wait_for(const Frame& frame) const {
        if (frame.device != device_.index())
            throw std::invalid_argument("the frame is on cuda:" + std::to_string(frame.device) + ", the model on " +
                                        device_.str() + "; set device=cuda:" + std::to_string(frame.device));
        if (frame.stream == nullptr)
            return;
        at::cuda::CUDAEvent ready;
        ready.record(c10::cuda::getStreamFromExternal(static_cast<cudaStream_t>(frame.stream), device_.index()));
        ready.block(stream_);
    }

    at::Device device_;
    at::ScalarType dtype_;
    CUDAStream stream_;
};

}  // namespace

std::unique_ptr<InputMaker> make_cuda_input_maker(at::Device device, at::ScalarType dtype) {
    return std::make_unique<CudaInputMaker>(device, dtype);
}

}  // namespace ausm
