// SPDX-License-Identifier: MIT
// HistoryMarker: writes the objects' ID vectors where their masks are (arXiv 2508.19242, section 2.2).
#pragma once

#include "nn/layers.h"

namespace ausm {

/// How a mark came to be: its learned vector is added to the object's ID vector (kind 0: none).
enum class MarkKind : std::int64_t { kModel = 0, kMask = 1, kBox = 2, kPoint = 3, kScribble = 4 };
inline constexpr std::int64_t kMarkKinds = 5;

/// The objects handed to the network with one frame (or, with T > 1, with each frame of a clip).
struct Marks {
    at::Tensor slots;  ///< [B, K] int64: positions in the buffer of ID vectors
    at::Tensor masks;  ///< [B, T, K, h4, w4] mask probabilities at 1/4, working precision
    at::Tensor kinds;  ///< [B, T, K] int64 MarkKind; undefined: all kModel

    [[nodiscard]] std::int64_t count() const { return slots.defined() ? slots.size(-1) : 0; }
};

class Marker {
public:
    Marker(WeightMap& weights, std::int64_t dim, std::int64_t id_vectors);
    /// -> [B, T, N, D]: W S with S = sum_i M_i (A_i + kind_i) / max(1, sum_i M_i), M area-averaged from 1/4 to the grid.
    at::Tensor operator()(const Marks& marks, Grid grid) const;
    /// ID vectors of slots [B, K] -> [B, K, D].
    [[nodiscard]] at::Tensor vectors(const at::Tensor& slots) const;

private:
    at::Tensor ids_;    // [N_id, D]: the buffer B
    at::Tensor kinds_;  // [kMarkKinds, D]; row 0 counts as zero
    Linear project_;
};

}  // namespace ausm
