// SPDX-License-Identifier: MIT
// Gradients of the history marker: the forward's cases with a gradient of the result.
#pragma once

#include "history_marker_cases.h"
#include "kernels/history_marker_grad.h"

namespace ausm::test::history_marker_grad {

using history_marker::Case;
using history_marker::equal_bits;
using history_marker::kCases;
using history_marker::Masks;
using history_marker::text_of;

/// Owns the arrays of one case in one precision; every precision gets the same numbers.
template <class Scalar>
struct Problem {
    history_marker::Problem<Scalar> forward;
    Rows<Scalar> out_grad, masks_grad, vectors_grad;
    std::vector<Compute<Scalar>> workspace;
    HistoryMarkerGradParams<Scalar> params;

    explicit Problem(const Case& k)
        : forward(k), out_grad(forward.out),
          masks_grad(k.batch, k.objects, k.rows * k.ratio, k.columns * k.ratio, k.gap + 1),
          vectors_grad(k.batch, 1, k.objects, k.channels, k.gap + 1) {
        out_grad.set(normal_values(k.batch * k.rows * k.columns * k.channels, 3));
        params = {forward.params,
                  out_grad.storage.data(),
                  out_grad.strides.batch,
                  out_grad.strides.pixel,
                  masks_grad.storage.data(),
                  masks_grad.strides.batch,
                  masks_grad.strides.time,
                  masks_grad.strides.pixel,
                  vectors_grad.storage.data(),
                  vectors_grad.strides.batch,
                  vectors_grad.strides.pixel,
                  nullptr};
        workspace.assign(static_cast<std::size_t>(history_marker_grad_workspace(params)),
                         not_a_number<Compute<Scalar>>());
        params.workspace = workspace.data();
    }

    [[nodiscard]] std::int64_t cells() const { return forward.count(); }
    [[nodiscard]] std::int64_t objects() const { return forward.params.batch * forward.params.objects; }
};

}  // namespace ausm::test::history_marker_grad
