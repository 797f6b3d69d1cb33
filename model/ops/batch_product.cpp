// SPDX-License-Identifier: MIT
// One product a row where the product of the batch would hide its failures.
#include "ops/batch_product.h"

#include <ATen/ATen.h>

#include <vector>

namespace ausm::ops {
namespace {

/// An empty batch asks oneDNN for nothing.
bool hides_failures(const at::Tensor& a) { return a.is_cpu() && a.scalar_type() == at::kBFloat16 && a.size(0) > 0; }

}  // namespace

at::Tensor batch_product(const at::Tensor& sum, const at::Tensor& a, const at::Tensor& b) {
    if (!hides_failures(a))
        return at::baddbmm(sum, a, b);
    // Taken apart at once: the gradient of a single row is as large as the whole.
    const auto sums = sum.unbind(), left = a.unbind(), right = b.unbind();
    std::vector<at::Tensor> rows;
    for (std::size_t i = 0; i < left.size(); ++i)
        rows.push_back(at::addmm(sums[i], left[i], right[i]));
    return rows.size() == 1 ? rows.front().unsqueeze(0) : at::stack(rows);
}

void batch_product_into(const at::Tensor& out, const at::Tensor& sum, const at::Tensor& a, const at::Tensor& b) {
    auto target = out;
    if (!hides_failures(a)) {
        at::baddbmm_out(target, sum, a, b);
        return;
    }
    for (std::int64_t i = 0; i < a.size(0); ++i) {
        target = out[i];
        at::addmm_out(target, sum[i], a[i], b[i]);
    }
}

}  // namespace ausm::ops
