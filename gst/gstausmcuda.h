// SPDX-License-Identifier: MIT
// GStreamer's CUDA memory and the model: one context for both, frames without a way through the host.
#pragma once

#include "raii.h"

#include <gst/video/video.h>

#include <memory>

namespace ausm::gst {

/// Caps of pad templates that take CUDA memory as well; the empty string in builds without GStreamer's CUDA library.
[[nodiscard]] const char* cuda_caps_text() noexcept;

/// The primary context of the model's device as GStreamer's, offered to the pipeline: elements that take it share their
/// memory with the model, frames of others are copied on the device. Closed, it does nothing; in builds without
/// GStreamer's CUDA library it stays closed. Thread-safe but for open() and close().
class CudaShare {
public:
    CudaShare();
    ~CudaShare();
    CudaShare(const CudaShare&) = delete;
    CudaShare& operator=(const CudaShare&) = delete;

    /// `context`: Engine::cuda_context(), null leaves it closed. Tells the pipeline of `element`.
    void open(GstElement* element, void* context, int device);
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;
    [[nodiscard]] int device() const noexcept;
    /// Answers a context query; false: it is about something else.
    [[nodiscard]] bool answer(GstElement* element, GstQuery* query) const;

    /// True for a buffer in CUDA memory that the model can read on its device; false as well while closed.
    [[nodiscard]] bool can_read(GstBuffer* buffer) const noexcept;
    /// `buffer` itself, or, when its memory belongs to another context, a copy in the shared one; null when that fails.
    [[nodiscard]] Owned<GstBuffer> in_shared_context(GstBuffer* buffer, const GstVideoInfo& info) const;
    /// What turns GST_MAP_READ into device pointers.
    [[nodiscard]] static GstMapFlags map_flags() noexcept;
    /// The cudaStream_t on which the buffer's memory is ready; null: it is ready now.
    [[nodiscard]] static void* stream_of(GstBuffer* buffer) noexcept;

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace ausm::gst
