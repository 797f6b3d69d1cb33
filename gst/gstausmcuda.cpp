// SPDX-License-Identifier: MIT
// GStreamer makes contexts of its own (cuCtxCreate), LibTorch works in the device's primary one: what is allocated in the
// one is not for kernels of the other, so the primary one is wrapped and offered, and foreign frames are copied.
#include "gstausmcuda.h"

#include "gstausmframe.h"
#include "gstausmplanes.h"

#include <gst/cuda/gstcudacontext.h>
#include <gst/cuda/gstcudaloader.h>
#include <gst/cuda/gstcudamemory.h>
#include <gst/cuda/gstcudautils.h>
#if GST_CHECK_VERSION(1, 24, 0)
#include <gst/cuda/gstcudastream.h>
#endif

#include <gmodule.h>

#include <mutex>

namespace ausm::gst {
namespace {

using CopyPlane = CUresult (*)(const CUDA_MEMCPY3D_PEER* copy, CUstream stream);

/// GStreamer's table of driver functions has no copy between contexts.
CopyPlane copy_plane() {
    static const auto function = [] {
        gpointer symbol = nullptr;
        GModule* driver = g_module_open("libcuda.so.1", G_MODULE_BIND_LAZY);  // never closed: LibTorch uses it
        if (driver)
            g_module_symbol(driver, "cuMemcpy3DPeerAsync", &symbol);
        return reinterpret_cast<CopyPlane>(symbol);
    }();
    return function;
}

/// One end of a copy.
struct End {
    CUdeviceptr data;
    CUcontext context;
};

/// Copies on the device and waits: a decoder gets its surface back when the caller is done with it.
bool copy_planes(const std::vector<PlaneCopy>& planes, End from, End to, GstCudaContext* worker) {
    if (planes.empty() || !gst_cuda_context_push(worker))
        return false;
    bool done = true;
    for (const auto& plane : planes) {
        CUDA_MEMCPY3D_PEER copy{};
        copy.srcMemoryType = copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
        copy.srcDevice = from.data + plane.from;
        copy.srcContext = from.context;
        copy.srcPitch = plane.from_stride;
        copy.dstDevice = to.data + plane.to;
        copy.dstContext = to.context;
        copy.dstPitch = plane.to_stride;
        copy.WidthInBytes = plane.row_bytes;
        copy.srcHeight = copy.dstHeight = copy.Height = plane.rows;
        copy.Depth = 1;
        done = done && copy_plane()(&copy, nullptr) == CUDA_SUCCESS;
    }
    done = CuStreamSynchronize(nullptr) == CUDA_SUCCESS && done;
    gst_cuda_context_pop(nullptr);
    return done;
}

GstMemory* allocate(GstCudaContext* context, const GstVideoInfo& info) {
#if GST_CHECK_VERSION(1, 24, 0)
    return gst_cuda_allocator_alloc(nullptr, context, nullptr, &info);  // no stream: the copy is waited for
#else
    return gst_cuda_allocator_alloc(nullptr, context, &info);
#endif
}

/// Returns when what its stream still does with the memory is done; 1.22 waits before it hands memory on.
void wait_for([[maybe_unused]] GstCudaMemory* memory) {
#if GST_CHECK_VERSION(1, 24, 0)
    gst_cuda_memory_sync(memory);
#endif
}

GstCudaMemory* cuda_memory(GstBuffer* buffer) noexcept {
    GstMemory* memory = gst_buffer_n_memory(buffer) == 1 ? gst_buffer_peek_memory(buffer, 0) : nullptr;
    return memory && gst_is_cuda_memory(memory) ? GST_CUDA_MEMORY_CAST(memory) : nullptr;
}

int device_of(GstCudaContext* context) noexcept {
    guint device = 0;
    g_object_get(context, "cuda-device-id", &device, nullptr);
    return static_cast<int>(device);
}

}  // namespace

struct CudaShare::Context {
    Owned<GstObject> object;
    int device = -1;
    std::mutex mutex;  // guards object against answer(), which any thread may call

    [[nodiscard]] GstCudaContext* get() const { return GST_CUDA_CONTEXT_CAST(object.get()); }
};

const char* cuda_caps_text() noexcept {
    return GST_VIDEO_CAPS_MAKE_WITH_FEATURES(GST_CAPS_FEATURE_MEMORY_CUDA_MEMORY,
                                             "{ I420, NV12, RGB, BGR, RGBx, BGRx, RGBA, BGRA }");
}

CudaShare::CudaShare() : context_(std::make_unique<Context>()) {}
CudaShare::~CudaShare() = default;

void CudaShare::open(GstElement* element, void* context, int device) {
    close();
    if (!context || !gst_cuda_load_library())
        return;
    gst_cuda_memory_init_once();
    GstCudaContext* wrapped = gst_cuda_context_new_wrapped(static_cast<CUcontext>(context), device);
    if (!wrapped)
        return;
    {
        const std::lock_guard lock(context_->mutex);
        context_->object.reset(GST_OBJECT_CAST(wrapped));
        context_->device = device;
    }
    const Owned<GstContext> offer(gst_context_new_cuda_context(wrapped));
    gst_element_set_context(element, offer.get());
    gst_element_post_message(element, gst_message_new_have_context(GST_OBJECT(element), gst_context_ref(offer.get())));
}

void CudaShare::close() noexcept {
    const std::lock_guard lock(context_->mutex);
    context_->object.reset();
    context_->device = -1;
}

bool CudaShare::is_open() const noexcept { return context_->object != nullptr; }
int CudaShare::device() const noexcept { return context_->device; }

bool CudaShare::answer(GstElement* element, GstQuery* query) const {
    const std::lock_guard lock(context_->mutex);
    return is_open() && gst_cuda_handle_context_query(element, query, context_->get());
}

bool CudaShare::can_read(GstBuffer* buffer) const noexcept {
    const GstCudaMemory* memory = is_open() ? cuda_memory(buffer) : nullptr;
    return memory && device_of(memory->context) == context_->device;
}

Owned<GstBuffer> CudaShare::in_shared_context(GstBuffer* buffer, const GstVideoInfo& info) const {
    GstCudaMemory* const memory = cuda_memory(buffer);
    auto* const shared = static_cast<CUcontext>(gst_cuda_context_get_handle(context_->get()));
    auto* const own = static_cast<CUcontext>(gst_cuda_context_get_handle(memory->context));
    if (own == shared)
        return Owned<GstBuffer>(gst_buffer_ref(buffer));
    GstMemory* const copy = copy_plane() ? allocate(context_->get(), info) : nullptr;
    if (!copy)
        return nullptr;
    Owned<GstBuffer> result(gst_buffer_new());
    gst_buffer_append_memory(result.get(), copy);
    GstVideoInfo laid_out = GST_CUDA_MEMORY_CAST(copy)->info;
    gst_buffer_add_video_meta_full(result.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&info),
                                   GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info),
                                   GST_VIDEO_INFO_N_PLANES(&info), laid_out.offset, laid_out.stride);
    GstMapInfo from, to;
    if (!gst_buffer_map(buffer, &from, map_flags()))
        return nullptr;
    bool done = false;
    if (gst_buffer_map(result.get(), &to, static_cast<GstMapFlags>(GST_MAP_WRITE | GST_MAP_CUDA))) {
        wait_for(memory);
        if (const auto layout = layout_of(buffer, memory->info, info, from.size))
            done = copy_planes(plane_copies(info, *layout, layout_of(laid_out, to.size)),
                               {reinterpret_cast<CUdeviceptr>(from.data), own},
                               {reinterpret_cast<CUdeviceptr>(to.data), shared}, context_->get());
        gst_buffer_unmap(result.get(), &to);
    }
    gst_buffer_unmap(buffer, &from);
    if (!done)
        return nullptr;
    return result;
}

GstMapFlags CudaShare::map_flags() noexcept { return static_cast<GstMapFlags>(GST_MAP_READ | GST_MAP_CUDA); }

void* CudaShare::stream_of([[maybe_unused]] GstBuffer* buffer) noexcept {
#if GST_CHECK_VERSION(1, 24, 0)
    if (GstCudaMemory* memory = cuda_memory(buffer))
        if (GstCudaStream* stream = gst_cuda_memory_get_stream(memory))
            return gst_cuda_stream_get_handle(stream);
#endif
    return nullptr;  // 1.22 synchronises before it hands memory on
}

}  // namespace ausm::gst
