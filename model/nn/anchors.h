// SPDX-License-Identifier: MIT
// Anchors: frames that are known to be right, as the network's second memory.
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm {

/// What the history decoder reads beside F_t: of each anchor its F_a, made once by AusmNet::anchor(). Shapes never depend
/// on how many anchors there are: A places, those without one masked. Copies share tensors, which are never written.
struct Anchors {
    at::Tensor tokens;  ///< [B, A, N, D] in the working precision; zeros in a place without one; undefined: A = 0
    at::Tensor valid;   ///< [B, A] bool: the places that hold one

    /// A.
    [[nodiscard]] std::int64_t places() const { return tokens.defined() ? tokens.size(1) : 0; }
    [[nodiscard]] std::size_t bytes() const;
    /// The same with `anchor` [B, N, D] in `place`, 0 .. A - 1, of those `rows`, [B] bool; undefined: of all. Throws
    /// c10::Error if it does not fit.
    [[nodiscard]] Anchors with(std::int64_t place, const at::Tensor& anchor, const at::Tensor& rows = {}) const;
    /// The same with nothing in `place`, for instance because an object that it shows is no more.
    [[nodiscard]] Anchors without(std::int64_t place) const;
    /// For each frame of clips of `time` frames: [B * time, ...].
    [[nodiscard]] Anchors each_frame(std::int64_t time) const;

    /// history F [B, N, D] with the anchors behind it: [B, (1 + A) N, D].
    [[nodiscard]] at::Tensor beside(const at::Tensor& history) const;
    /// Added to the scores of those keys, in `dtype`: [B, 1, 1, (1 + A) N]; undefined for A = 0.
    [[nodiscard]] at::Tensor mask(at::ScalarType dtype) const;
};

/// A places without an anchor. A = 0: undefined tensors. options: of the tokens.
[[nodiscard]] Anchors no_anchors(std::int64_t batch, std::int64_t places, std::int64_t tokens, std::int64_t dim,
                                 const at::TensorOptions& options);

}  // namespace ausm
