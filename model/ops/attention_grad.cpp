// SPDX-License-Identifier: MIT
// A head of a row at a time: its scores stay in the cache, and products of single matrices throw when they fail.
#include "ops/attention_grad.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

namespace ausm::ops {
namespace {

/// work(b, h), shared by the threads. It takes tensors that need no gradient.
template <class Work>
void each_head(const at::Tensor& heads, const Work& work) {
    const auto count = heads.size(1);
    at::parallel_for(0, heads.size(0) * count, 1, [&](std::int64_t begin, std::int64_t end) {
        const c10::NoGradGuard no_grad;
        const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
        for (auto i = begin; i < end; ++i)
            work(i / count, i % count);
    });
}

/// Laid out as tokens [B, N, H, d], which is how projections come and go.
at::Tensor empty_heads(const at::Tensor& like) { return at::empty_like(like.transpose(1, 2)).transpose(1, 2); }

double scale_of(const at::Tensor& query) { return 1 / std::sqrt(static_cast<double>(query.size(-1))); }

struct Differentiable : torch::autograd::Function<Differentiable> {
    using Tensors = torch::autograd::variable_list;

    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                              const at::Tensor& value, const std::optional<at::Tensor>& mask) {
        const auto q = query.detach(), k = key.detach(), v = value.detach();
        const auto weights = at::empty({q.size(0), q.size(1), q.size(2), k.size(2)}, q.options());
        const auto result = empty_heads(q);
        const auto added = mask ? mask->expand({q.size(0), -1, -1, -1}) : at::Tensor();  // [B, 1, Q or 1, N]
        each_head(q, [&](std::int64_t b, std::int64_t h) {
            auto scores = at::mm(q[b][h].to(at::kFloat), k[b][h].to(at::kFloat).t()).mul_(scale_of(q));
            if (added.defined())
                scores.add_(added[b][0]);
            const auto looks = weights[b][h];
            looks.copy_(scores.softmax(-1));
            result[b][h].copy_(at::mm(looks, v[b][h]));
        });
        context->save_for_backward({query, key, value, weights});
        return result;
    }
    /// With P the weights and dS the gradient of the scores: dv = P^T dy, dq = dS k, dk = dS^T q.
    static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& grads) {
        const auto saved = context->get_saved_variables();
        const auto q = saved[0].detach(), k = saved[1].detach(), v = saved[2].detach(), &weights = saved[3];
        const auto& y_grad = grads[0];
        const auto q_grad = empty_heads(q), k_grad = empty_heads(k), v_grad = empty_heads(v);
        each_head(q, [&](std::int64_t b, std::int64_t h) {
            const auto looks = weights[b][h], dy = y_grad[b][h];
            v_grad[b][h].copy_(at::mm(looks.t(), dy));
            const auto scores =
                at::_softmax_backward_data(at::mm(dy, v[b][h].t()), looks, -1, looks.scalar_type()).mul_(scale_of(q));
            q_grad[b][h].copy_(at::mm(scores, k[b][h]));
            k_grad[b][h].copy_(at::mm(scores.t(), q[b][h]));
        });
        return {q_grad, k_grad, v_grad, {}};
    }
};

}  // namespace

at::Tensor attention_with_gradient(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                                   const at::Tensor& mask) {
    return Differentiable::apply(query, key, value, mask.defined() ? std::optional(mask) : std::nullopt);
}

}  // namespace ausm::ops
