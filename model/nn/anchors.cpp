// SPDX-License-Identifier: MIT
// Places of a fixed number, and the mask that hides those without an anchor.
#include "nn/anchors.h"

#include <ATen/ATen.h>

#include <algorithm>

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

std::size_t Anchors::bytes() const {
    return places() == 0 ? 0 : tokens.nbytes() + (valid.defined() ? valid.nbytes() : 0);
}

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

Anchors Anchors::taken() const {
    if (!valid.defined())
        return *this;
    const at::Tensor any = valid.any(0).to(at::kCPU);
    std::int64_t count = places();
    while (count > 0 && !any[count - 1].item<bool>())
        --count;
    if (count == 0)
        return {};
    Anchors few{tokens.narrow(1, 0, count), valid.narrow(1, 0, count)};
    if (few.valid.all().item<bool>())
        few.valid = at::Tensor();
    for (const auto& [key, value] : memories)
        few.memories.push_back({key.narrow(2, 0, count * tokens.size(2)), value.narrow(2, 0, count * tokens.size(2))});
    return few;
}

at::Tensor Anchors::mask(at::ScalarType dtype) const {
    if (!valid.defined())
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

Anchors joined(std::span<const Anchors> streams) {
    if (streams.size() == 1)
        return streams.front();
    const auto cat = [&](const auto& pick) {
        std::vector<at::Tensor> rows;
        for (const auto& stream : streams)
            rows.push_back(pick(stream));
        return at::cat(rows);
    };
    if (streams.front().places() == 0)
        return {};
    Anchors batch{cat([](const Anchors& one) { return one.tokens; }),
                  cat([](const Anchors& one) { return one.valid; })};
    if (std::ranges::any_of(streams, [](const Anchors& one) { return one.memories.empty(); }))
        return batch;
    for (std::size_t i = 0; i < streams.front().memories.size(); ++i)
        batch.memories.push_back({cat([i](const Anchors& one) { return one.memories[i].key; }),
                                  cat([i](const Anchors& one) { return one.memories[i].value; })});
    return batch;
}

}  // namespace ausm
