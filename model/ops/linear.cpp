// SPDX-License-Identifier: MIT
// One product a worker, written into its rows of the result.
#include "ops/linear.h"

#include "ops/workers.h"

#include <ATen/ATen.h>

namespace ausm::ops {
namespace {

constexpr std::int64_t kRows = 64;  // fewer a worker cost more than they save

}  // namespace

void linear_into(const at::Tensor& out, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    auto target = out;
    if (bias.defined())
        at::addmm_out(target, bias, x, weight.t());
    else
        at::mm_out(target, x, weight.t());
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    const auto rows = x.numel() / x.size(-1);
    if (worker_count() == 1 || !x.is_contiguous() || rows < 2 * kRows)
        return at::linear(x, weight, bias.defined() ? std::optional<at::Tensor>(bias) : std::nullopt);
    auto sizes = x.sizes().vec();
    sizes.back() = weight.size(0);
    const auto y = at::empty(sizes, x.options());
    const auto in = x.view({rows, x.size(-1)}), out = y.view({rows, weight.size(0)});
    split_range(rows, kRows, [&](std::int64_t begin, std::int64_t end) {
        linear_into(out.narrow(0, begin, end - begin), in.narrow(0, begin, end - begin), weight, bias);
    });
    return y;
}

}  // namespace ausm::ops
