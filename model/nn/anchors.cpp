// SPDX-License-Identifier: MIT
// Keys of a fixed number, and the mask that hides places without an anchor.
#include "nn/anchors.h"

#include <ATen/ATen.h>

namespace ausm {
namespace {

constexpr double kHidden = -1e4;  // added to a score: zero weight, and finite in half precision too

/// [1, A] bool: true at `place`.
at::Tensor at_place(const Anchors& anchors, std::int64_t place) {
    TORCH_CHECK(place >= 0 && place < anchors.places(), "anchor: there are ", anchors.places(),
                " places, none is number ", place);
    return at::arange(anchors.places(), anchors.valid.options().dtype(at::kLong)).eq(place).unsqueeze(0);
}

}  // namespace

std::size_t Anchors::bytes() const { return places() == 0 ? 0 : tokens.nbytes() + valid.nbytes(); }

Anchors Anchors::with(std::int64_t place, const at::Tensor& anchor, const at::Tensor& rows) const {
    auto here = at_place(*this, place);
    TORCH_CHECK(anchor.sizes() == tokens.select(1, place).sizes(), "anchor: ", anchor.sizes(), ", the places have ",
                tokens.select(1, place).sizes());
    if (rows.defined())
        here = here.logical_and(rows.unsqueeze(1));  // [B, A]
    return {at::where(here.unsqueeze(2).unsqueeze(3), anchor.to(tokens.scalar_type()).unsqueeze(1), tokens),
            valid.logical_or(here)};
}

Anchors Anchors::without(std::int64_t place) const {
    const auto here = at_place(*this, place);
    return {tokens.masked_fill(here.unsqueeze(2).unsqueeze(3), 0), valid.logical_and(here.logical_not())};
}

Anchors Anchors::each_frame(std::int64_t time) const {
    if (places() == 0)
        return {};
    return {tokens.repeat_interleave(time, 0), valid.repeat_interleave(time, 0)};
}

at::Tensor Anchors::beside(const at::Tensor& history) const {
    return places() == 0 ? history : at::cat({history, tokens.flatten(1, 2)}, 1);
}

at::Tensor Anchors::mask(at::ScalarType dtype) const {
    if (places() == 0)
        return {};
    const auto hidden = at::cat({valid.new_zeros({valid.size(0), 1}), valid.logical_not()}, 1);  // [B, 1 + A]
    const auto scores = at::zeros(hidden.sizes(), tokens.options().dtype(dtype)).masked_fill_(hidden, kHidden);
    return scores.unsqueeze(2).expand({-1, -1, tokens.size(2)}).flatten(1).unsqueeze(1).unsqueeze(1);
}

Anchors no_anchors(std::int64_t batch, std::int64_t places, std::int64_t tokens, std::int64_t dim,
                   const at::TensorOptions& options) {
    if (places == 0)
        return {};
    return {at::zeros({batch, places, tokens, dim}, options), at::zeros({batch, places}, options.dtype(at::kBool))};
}

}  // namespace ausm
