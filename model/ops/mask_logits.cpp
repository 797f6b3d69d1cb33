// SPDX-License-Identifier: MIT
// Each worker writes its queries' masks where they belong: joining them would copy them all.
#include "ops/mask_logits.h"

#include "ops/batch_product.h"
#include "ops/row_bands.h"
#include "ops/workers.h"

#include <ATen/ATen.h>

namespace ausm::ops {

at::Tensor mask_logits(const at::Tensor& embedding, const at::Tensor& bias, const at::Tensor& features) {
    const std::int64_t queries = embedding.size(1), cells = features.size(2);
    const auto bands = query_bands(queries);
    const at::Tensor start = bias.expand({-1, -1, cells});  // [B, Q, P]
    if (bands.size() == 1)
        return batch_product(start, embedding, features);
    const at::Tensor logits = at::empty({embedding.size(0), queries, cells}, embedding.options());
    run_pieces(static_cast<int>(bands.size()), [&](int i) {
        const auto& band = bands[static_cast<std::size_t>(i)];
        batch_product_into(band.of(logits), band.of(start), band.of(embedding), features);
    });
    return logits;
}

}  // namespace ausm::ops
