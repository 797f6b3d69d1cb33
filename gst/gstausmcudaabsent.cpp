// SPDX-License-Identifier: MIT
// Builds without GStreamer's CUDA library: no buffer is CUDA memory.
#include "gstausmcuda.h"

namespace ausm::gst {

struct CudaShare::Context {};

const char* cuda_caps_text() noexcept { return ""; }

CudaShare::CudaShare() = default;
CudaShare::~CudaShare() = default;
void CudaShare::open(GstElement*, void*, int) {}
void CudaShare::close() noexcept {}
bool CudaShare::is_open() const noexcept { return false; }
int CudaShare::device() const noexcept { return -1; }
bool CudaShare::answer(GstElement*, GstQuery*) const { return false; }
bool CudaShare::can_read(GstBuffer*) const noexcept { return false; }
Owned<GstBuffer> CudaShare::in_shared_context(GstBuffer*, const GstVideoInfo&) const { return nullptr; }
GstMapFlags CudaShare::map_flags() noexcept { return GST_MAP_READ; }
void* CudaShare::stream_of(GstBuffer*) noexcept { return nullptr; }

}  // namespace ausm::gst
