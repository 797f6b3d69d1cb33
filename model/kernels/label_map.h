// SPDX-License-Identifier: MIT
// From mask logits of K objects to one label map at picture size, with each object's area and box.
#pragma once

#include <cstdint>

namespace ausm {

/// What one object won: pixels, and their bounding box in pixel edges, half-open (x0 <= x < x1); all zero when none.
struct LabelStats {
    std::int64_t area;
    std::int32_t x0, y0, x1, y1;
};

/// Each pixel goes to the object with the highest logit there, if that is above the threshold, else it is 0. Logits
/// are interpolated bilinearly between cell centres, the edge repeated. Equal logits go to the lower k; NaN never wins.
struct LabelMapParams {
    std::int64_t objects, rows, columns;                 // K >= 0, h, w >= 1 of the logits
    const float* logits;                                 // [K, h, w], columns side by side
    std::int64_t logit_object_stride, logit_row_stride;  // in logits
    float threshold;                                     // logit, 0 is a probability of 0.5
    const std::uint8_t* values;                          // [K] value of each object in the map
    std::int64_t width, height;                          // of the map
    std::uint8_t* map;                                   // [height, width]
    std::int64_t map_stride;                             // bytes
    std::uint8_t* confidence;  // [height, width] round(255 * sigmoid(highest logit)), 0 in the background; or null
    std::int64_t confidence_stride;  // bytes
    LabelStats* stats;               // [K] of the rows asked for alone, overwritten; see merge_label_stats
};

/// Both write the map rows [begin, end) and their share of the statistics: give each thread its own copy of the
/// parameters with its own `stats`. Reentrant. The reference interpolates in double.
void label_map_reference(const LabelMapParams& params, std::int64_t begin, std::int64_t end) noexcept;
/// Needs a few rows of scratch memory per object: throws std::bad_alloc, before anything is written.
void label_map_cpu(const LabelMapParams& params, std::int64_t begin, std::int64_t end);

/// The whole map with its statistics on a cudaStream_t, device pointers; deterministic. At most 256 objects, more than
/// a map can tell apart, width * columns, height * rows and width * height below 2^31. Returns the launches'
/// cudaError_t (0: success). Only in the CUDA kernels' library.
int label_map_cuda(const LabelMapParams& params, void* stream) noexcept;

/// Adds the statistics of other rows of the same map to `total`.
void merge_label_stats(LabelStats& total, const LabelStats& part) noexcept;

}  // namespace ausm
