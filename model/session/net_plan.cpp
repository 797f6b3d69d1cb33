// SPDX-License-Identifier: MIT
// Copies into and out of the plan's tensors.
#include "session/net_plan.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>

namespace ausm {
namespace {

/// `rows` [1, ...] into `to` [B, ...]; the first stands for those that are missing.
void join_into(at::Tensor to, std::vector<at::Tensor> rows) {
    rows.resize(static_cast<std::size_t>(to.size(0)), rows.front());
    at::cat_out(to, rows);
}

template <class Pick>
std::vector<at::Tensor> of_passes(std::span<NetPass* const> passes, const Pick& pick) {
    std::vector<at::Tensor> rows;
    for (const auto* pass : passes)
        rows.push_back(pick(*pass));
    return rows;
}

}  // namespace

NetPlanKey NetPlanKey::of(std::span<NetPass* const> passes, const NetConfig& config) {
    std::size_t objects = 0;
    for (const auto* pass : passes)
        objects = std::max(objects, static_cast<std::size_t>(pass->count()));
    if (objects > 0)
        objects = std::max(objects, std::min(std::bit_ceil(std::max<std::size_t>(objects, 4)),
                                             static_cast<std::size_t>(config.id_vectors)));
    const auto& images = passes.front()->images;
    return {static_cast<std::int64_t>(std::bit_ceil(passes.size())), static_cast<std::int64_t>(objects), images.size(2),
            images.size(3)};
}

NetPlan::NetPlan(const AusmNet& net, const NetPlanKey& key) : net_(net), key_(key) {
    const auto pinned = [&](at::ScalarType dtype) {
        return at::TensorOptions().dtype(dtype).pinned_memory(net.device().is_cuda());
    };
    const Grid grid{key.height / AusmNet::kStride, key.width / AusmNet::kStride};
    const auto device = at::TensorOptions(net.device());
    in_.images =
        at::empty({key.batch, 3, key.height, key.width}, device.dtype(net.dtype()), at::MemoryFormat::ChannelsLast);
    in_.history = net.initial_history(key.batch, grid);
    in_.history.features = in_.history.features.contiguous();
    const auto queries = key.objects + net.config().detection_queries;
    host_presence_ = at::empty({key.batch, queries}, pinned(at::kFloat));
    host_logits_ = at::empty({key.batch, queries, 4 * grid.rows, 4 * grid.columns}, pinned(at::kFloat));
    phases_ = {[this] { frame_ = net_.encode(in_.images); },
               [this] {
                   after_ = in_.history;
                   compressed_ = net_.compress(in_.marks, after_);
                   after_.features = frame_.features;
               },
               [this] {
                   const auto prediction = net_.decode(frame_, compressed_, in_.marks.slots, in_.valid);
                   presence_ = prediction.presence.to(at::kFloat);
                   logits_ = prediction.masks.to(at::kFloat).contiguous();
               }};
    if (key.objects == 0)
        return;
    host_slots_ = at::zeros({key.batch, key.objects}, pinned(at::kLong));
    host_kinds_ = at::zeros({key.batch, 1, key.objects}, pinned(at::kLong));
    host_valid_ = at::zeros({key.batch, key.objects}, pinned(at::kBool));
    host_masks_ = at::zeros({key.batch, 1, key.objects, 4 * grid.rows, 4 * grid.columns}, pinned(at::kFloat));
    masks32_ = at::empty(host_masks_.sizes(), device.dtype(at::kFloat));
    in_.marks = {at::empty(host_slots_.sizes(), device.dtype(at::kLong)),
                 at::empty(host_masks_.sizes(), device.dtype(net.dtype())),
                 at::empty(host_kinds_.sizes(), device.dtype(at::kLong))};
    in_.valid = at::empty(host_valid_.sizes(), device.dtype(at::kBool));
}

void NetPlan::load(std::span<NetPass* const> passes) {
    join_into(in_.images,
              of_passes(passes, [&](const NetPass& pass) { return pass.images.to(net_.device(), net_.dtype()); }));
    join_into(in_.history.features, of_passes(passes, [](const NetPass& pass) { return pass.history.features; }));
    for (std::size_t i = 0; i < in_.history.layers.size(); ++i) {
        auto& layer = in_.history.layers[i];
        join_into(layer.conv_tail,
                  of_passes(passes, [&](const NetPass& pass) { return pass.history.layers[i].conv_tail; }));
        join_into(layer.scan, of_passes(passes, [&](const NetPass& pass) { return pass.history.layers[i].scan; }));
    }
    if (key_.objects > 0)
        load_marks(passes);
}

/// Slots without an object are not valid: zero masks mark nothing, and no query looks at theirs.
void NetPlan::load_marks(std::span<NetPass* const> passes) {
    host_valid_.zero_();
    host_masks_.zero_();
    for (std::size_t i = 0; i < passes.size(); ++i) {
        const auto& pass = *passes[i];
        const auto row = static_cast<std::int64_t>(i), count = pass.count();
        if (count == 0)
            continue;
        host_slots_[row].narrow(0, 0, count).copy_(pass.slots);
        host_kinds_[row][0].narrow(0, 0, count).copy_(pass.kinds);
        host_masks_[row][0].narrow(0, 0, count).copy_(pass.masks);
        host_valid_[row].narrow(0, 0, count).fill_(true);
    }
    in_.marks.slots.copy_(host_slots_, /*non_blocking=*/true);
    in_.marks.kinds.copy_(host_kinds_, true);
    in_.valid.copy_(host_valid_, true);
    masks32_.copy_(host_masks_, true);
    in_.marks.masks.copy_(masks32_);
}

void NetPlan::copy_out(std::size_t count) {
    host_presence_.copy_(presence_, /*non_blocking=*/true);
    host_logits_.copy_(logits_, true);
    std::vector<at::Tensor> to, from;
    const auto take = [&](const at::Tensor& all, std::size_t row) {
        from.push_back(all.narrow(0, static_cast<std::int64_t>(row), 1));
        to.push_back(at::empty(from.back().sizes(), all.options()));
        return to.back();
    };
    own_.clear();
    for (std::size_t i = 0; i < count; ++i) {
        History own{after_.grid, take(after_.features, i), {}};
        for (const auto& layer : after_.layers)
            own.layers.push_back({take(layer.conv_tail, i), take(layer.scan, i)});
        own_.push_back(std::move(own));
    }
    at::_foreach_copy_(to, from);
}

void NetPlan::take(std::span<NetPass* const> passes) {
    const auto presence = host_presence_.clone(), logits = host_logits_.clone();  // the next frame overwrites them
    for (std::size_t i = 0; i < passes.size(); ++i) {
        auto& pass = *passes[i];
        const auto row = static_cast<std::int64_t>(i);
        NetRunner::take_prediction(pass, presence, logits, row, key_.objects);
        pass.history = std::move(own_[i]);
        pass.frame = {frame_.features.narrow(0, row, 1), frame_.s8.narrow(0, row, 1), frame_.s4.narrow(0, row, 1),
                      frame_.grid};
    }
}

}  // namespace ausm
