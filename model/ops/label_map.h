// SPDX-License-Identifier: MIT
// Mask logits -> label map, where the logits are.
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm::ops {

struct LabelMap {
    at::Tensor map;         ///< [height, width] uint8, 0 is background
    at::Tensor confidence;  ///< [height, width] uint8 probability * 255 of the winner; undefined unless asked for
    at::Tensor stats;       ///< [K, sizeof(LabelStats)] uint8: one kernels/label_map.h LabelStats an object
};

/// Each pixel goes to the object with the highest logit above 0 there. logits: [K, h, w] float32, K >= 1, contiguous in
/// each object's rows; values: [K] uint8 on the same device, what each object is in the map. On a GPU all of it is
/// launched on the current stream and nothing waits. Throws c10::Error on shapes and dtypes that do not fit.
[[nodiscard]] LabelMap label_map(const at::Tensor& logits, const at::Tensor& values, std::int64_t height,
                                 std::int64_t width, bool confidence);

}  // namespace ausm::ops
