// SPDX-License-Identifier: MIT
// Projections in the working precision, the recurrence and what steers it in float32 or better.
#include "nn/mamba.h"

#include "ops/causal_conv1d.h"
#include "ops/linear.h"
#include "ops/mamba_step.h"
#include "ops/selective_scan.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace ausm {
namespace {

/// [S, C] = -exp(A_log)^T
at::Tensor decay(const at::Tensor& a_log) { return a_log.exp().neg().t().contiguous(); }

}  // namespace

Mamba::Mamba(WeightMap& weights, const std::string& name, std::int64_t dim, const HistoryConfig& config)
    : inner_(config.expand * dim), states_(config.state_dim), rank_(HistoryConfig::dt_rank(dim)),
      dt_min_(config.dt_min), in_(weights, name + ".in_proj", dim, 2 * inner_, false),
      conv_weight_(weights.take_exact(name + ".conv_w", {config.conv_width, inner_})),
      conv_bias_(weights.take_exact(name + ".conv_b", {inner_})),
      x_weight_(weights.take_exact(name + ".x_proj.weight", {rank_ + 2 * states_, inner_})),
      dt_weight_(weights.take_exact(name + ".dt_proj.weight", {inner_, rank_})),
      dt_bias_(weights.take_exact(name + ".dt_proj.bias", {inner_})), dt_columns_(dt_weight_.t().contiguous()),
      a_log_(weights.take_exact(name + ".A_log", {inner_, states_})), a_(decay(a_log_.detach())),
      d_(weights.take_exact(name + ".Dp", {inner_})), out_(weights, name + ".out_proj", inner_, dim, false) {}

at::Tensor Mamba::step(const at::Tensor& x, LayerState& state) const {
    auto result = ops::mamba_step({.projected = in_(x.squeeze(1)),
                                   .conv_weight = conv_weight_,
                                   .conv_bias = conv_bias_,
                                   .x_weight = x_weight_,
                                   .dt_weight = dt_columns_,
                                   .dt_bias = dt_bias_,
                                   .a = a_,
                                   .d = d_,
                                   .tail = state.conv_tail,
                                   .state = state.scan,
                                   .rows = state.rows,
                                   .dt_min = dt_min_});
    if (!state.rows.defined())
        state = {std::move(result.tail), std::move(result.state)};
    return out_(result.y).unsqueeze(1);
}

at::Tensor Mamba::scan(const at::Tensor& x, LayerState& state) const {
    if (state.rows.defined())
        return step(x, state);
    if (x.is_cuda() && x.size(1) == 1 && x.scalar_type() != at::kDouble && !c10::GradMode::is_enabled())
        return step(x, state);
    const at::Tensor projected = in_(x).to(a_.scalar_type());  // [B, T, N, 2 C] = u, z
    const auto conv = ops::causal_conv1d(projected.narrow(-1, 0, inner_), conv_weight_, conv_bias_, state.conv_tail);
    // [B, T, N, R + 2 S] = dt_low, B, C; autocast would round them
    const at::Tensor steer = ops::linear(conv.y, x_weight_, {}).to(a_.scalar_type());
    const at::Tensor dt = at::linear(steer.narrow(-1, 0, rank_), dt_weight_).to(a_.scalar_type());  // [B, T, N, C]
    const auto result = ops::selective_scan({.x = conv.y,
                                             .dt = dt,
                                             .b = steer.narrow(-1, rank_, states_),
                                             .c = steer.narrow(-1, rank_ + states_, states_),
                                             .z = projected.narrow(-1, inner_, inner_),
                                             .a = a_log_.requires_grad() ? decay(a_log_) : a_,
                                             .d = d_,
                                             .dt_bias = dt_bias_,
                                             .state = state.scan,
                                             .dt_min = dt_min_});
    state = {conv.tail, result.state};
    return out_(result.y.to(x.scalar_type()));
}

LayerState Mamba::initial_state(std::int64_t batch, std::int64_t tokens) const {
    return {at::zeros({batch, conv_weight_.size(0) - 1, tokens, inner_}, a_.options()),
            at::zeros({batch, tokens, states_, inner_}, a_.options())};
}

}  // namespace ausm
