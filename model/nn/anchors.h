// SPDX-License-Identifier: MIT
// Anchors: frames that are known to be right, as the network's second memory.
#pragma once

#include "ops/attention.h"

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

namespace ausm {

/// What the history decoder reads beside F_t: of each anchor its F_a, made once by AusmNet::anchor(). In a stream's state
/// shapes do not depend on how many anchors there are: A places, those without one masked. Copies share tensors, which
/// are never written.
struct Anchors {
    at::Tensor tokens;  ///< [B, A, N, D] in the working precision; zeros in a place without one; undefined: A = 0
    at::Tensor valid;   ///< [B, A] bool: the places that hold one; undefined: all do
    /// What each layer of the history decoder makes of the tokens, [B, heads, A N, D / heads]: AusmNet::remember().
    /// Empty: it is made anew by each decode().
    std::vector<ops::AttentionMemory> memories{};

    /// A.
    [[nodiscard]] std::int64_t places() const { return tokens.defined() ? tokens.size(1) : 0; }
    /// Without the memories, which follow from the tokens.
    [[nodiscard]] std::size_t bytes() const;
    /// The same with `anchor` [B, N, D] in `place`, 0 .. A - 1, of those `rows`, [B] bool; undefined: of all. Throws
    /// c10::Error if it does not fit.
    [[nodiscard]] Anchors with(std::int64_t place, const at::Tensor& anchor, const at::Tensor& rows = {}) const;
    /// The same with nothing in `place`, for instance because an object that it shows is no more.
    [[nodiscard]] Anchors without(std::int64_t place) const;
    /// For each frame of clips of `time` frames: [B * time, ...].
    [[nodiscard]] Anchors each_frame(std::int64_t time) const;
    /// The places up to the last one that any of the B streams has taken: the same answers for less work. Reads `valid`.
    [[nodiscard]] Anchors taken() const;

    /// Added to the scores of the history's N keys and the anchors' A N behind them, in `dtype`: [B, 1, 1, (1 + A) N];
    /// undefined if all places hold an anchor.
    [[nodiscard]] at::Tensor mask(at::ScalarType dtype) const;
};

/// Those of several streams as one batch, each with the same places and `valid`. Memories stay if all have them.
[[nodiscard]] Anchors joined(std::span<const Anchors> streams);

/// A places without an anchor. A = 0: undefined tensors. options: of the tokens.
[[nodiscard]] Anchors no_anchors(std::int64_t batch, std::int64_t places, std::int64_t tokens, std::int64_t dim,
                                 const at::TensorOptions& options);

}  // namespace ausm
