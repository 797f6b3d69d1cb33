// SPDX-License-Identifier: MIT
// From tensors to LabelMapParams.
#include "ops/label_map.h"

#include "kernels/label_map.h"
#include "ops/cuda_launch.h"

#include <ATen/ATen.h>

namespace ausm::ops {

LabelMap label_map(const at::Tensor& logits, const at::Tensor& values, std::int64_t height, std::int64_t width,
                   bool confidence) {
    TORCH_CHECK(logits.dim() == 3 && logits.scalar_type() == at::kFloat && logits.stride(2) == 1 && logits.size(0) > 0,
                "label_map: logits must be [K, h, w] float32, K >= 1, with contiguous rows");
    TORCH_CHECK(values.sizes() == logits.sizes().slice(0, 1) && values.scalar_type() == at::kByte &&
                    values.is_contiguous() && values.device() == logits.device(),
                "label_map: values must be [K] uint8 beside the logits");
    TORCH_CHECK(height > 0 && width > 0, "label_map: a map of ", width, " x ", height);
    const auto bytes = values.options();
    const LabelMap out{at::empty({height, width}, bytes), confidence ? at::empty({height, width}, bytes) : at::Tensor(),
                       at::empty({logits.size(0), static_cast<std::int64_t>(sizeof(LabelStats))}, bytes)};
    const LabelMapParams params{
        .objects = logits.size(0),
        .rows = logits.size(1),
        .columns = logits.size(2),
        .logits = logits.const_data_ptr<float>(),
        .logit_object_stride = logits.stride(0),
        .logit_row_stride = logits.stride(1),
        .threshold = 0,
        .values = values.const_data_ptr<std::uint8_t>(),
        .width = width,
        .height = height,
        .map = out.map.mutable_data_ptr<std::uint8_t>(),
        .map_stride = width,
        .confidence = confidence ? out.confidence.mutable_data_ptr<std::uint8_t>() : nullptr,
        .confidence_stride = width,
        .stats = static_cast<LabelStats*>(out.stats.mutable_data_ptr()),
    };
    if (logits.is_cuda())
        launch_cuda(logits, "label_map", [&](void* stream) { return label_map_cuda(params, stream); });
    else
        label_map_cpu(params, 0, height);
    return out;
}

}  // namespace ausm::ops
