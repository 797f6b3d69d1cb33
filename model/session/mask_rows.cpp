// SPDX-License-Identifier: MIT
// Views where rows lie below each other, and one pass over what the network says.
#include "session/mask_rows.h"

#include "ops/workers.h"
#include "session/object_rules.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ausm {

at::Tensor stacked(const std::vector<at::Tensor>& rows) {
    const auto& first = rows.front();
    const auto step = first.numel();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto offset = first.storage_offset() + static_cast<std::int64_t>(i) * step;
        if (!rows[i].is_alias_of(first) || rows[i].storage_offset() != offset || !rows[i].is_contiguous())
            return at::stack(rows);
    }
    auto sizes = first.sizes().vec();
    sizes.insert(sizes.begin(), static_cast<std::int64_t>(rows.size()));
    auto strides = first.strides().vec();
    strides.insert(strides.begin(), step);
    return first.as_strided(sizes, strides);
}

void MarkRows::add(int slot, at::Tensor mask, MarkKind kind) {
    slots.push_back(slot);
    masks.push_back(std::move(mask));
    kinds.push_back(static_cast<std::int64_t>(kind));
}

void MarkRows::put_into(NetInput& input) const {
    if (slots.empty())
        return;
    input.slots = at::tensor(slots);
    input.masks = stacked(masks);
    input.kinds = at::tensor(kinds);
}

at::Tensor presences(const NetPrediction& prediction) {
    auto presence = prediction.presence.sigmoid();
    const auto* logits = prediction.presence.const_data_ptr<float>();
    auto* values = presence.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < presence.numel(); ++i)
        if (!std::isfinite(logits[i]))
            values[i] = std::numeric_limits<float>::quiet_NaN();
    return presence;
}

MaskProbabilities::MaskProbabilities(const NetPrediction& prediction, std::int64_t count)
    : values(prediction.probabilities), cells(prediction.cells) {
    if (!values.defined())
        compute(prediction.logits.slice(0, 0, count));
}

void MaskProbabilities::compute(const at::Tensor& logits) {
    values = at::empty_like(logits);
    cells.resize(static_cast<std::size_t>(logits.size(0)));
    ops::split_range(logits.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
        auto part = values.slice(0, begin, end);
        at::sigmoid_out(part, logits.slice(0, begin, end));
        const auto finite = NetRunner::are_finite(logits.slice(0, begin, end));
        const auto size = logits[0].numel();
        for (auto k = begin; k < end; ++k) {
            const auto* row = part[k - begin].const_data_ptr<float>();
            cells[static_cast<std::size_t>(k)] = finite.const_data_ptr<bool>()[k - begin]
                                                     ? std::count_if(row, row + size, [](float p) { return p > 0.5F; })
                                                     : kNotFinite;
        }
    });
}

}  // namespace ausm
