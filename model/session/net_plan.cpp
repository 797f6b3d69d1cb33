// SPDX-License-Identifier: MIT
// Copies into and out of the plan's tensors.
#include "session/net_plan.h"

#include "session/object_rules.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace ausm {
namespace {

/// `rows` [1, ...] into `to` [B, ...]; the first stands for those that are missing.
void join_into(at::Tensor to, std::vector<at::Tensor> rows) {
    rows.resize(static_cast<std::size_t>(to.size(0)), rows.front());
    at::cat_out(to, rows);
}

at::TensorOptions pinned(const AusmNet& net, at::ScalarType dtype) {
    return at::TensorOptions().dtype(dtype).pinned_memory(net.device().is_cuda());
}

template <class Pick>
std::vector<at::Tensor> of_each(std::span<const NetInput> inputs, const Pick& pick) {
    std::vector<at::Tensor> rows;
    for (const auto& input : inputs)
        rows.push_back(pick(input));
    return rows;
}

}  // namespace

NetPlanKey NetPlanKey::of(std::span<const NetInput> inputs, const NetConfig& config) {
    std::size_t objects = 0;
    for (const auto& input : inputs)
        objects = std::max(objects, static_cast<std::size_t>(input.count()));
    const auto all = static_cast<std::size_t>(config.history.id_vectors);
    if (objects > 0)
        objects = std::max(objects, std::min(all, objects <= 16 ? 16 : objects <= 64 ? 64 : all));
    const auto& images = inputs.front().images;
    return {static_cast<std::int64_t>(std::bit_ceil(inputs.size())), static_cast<std::int64_t>(objects), images.size(2),
            images.size(3)};
}

NetPlan::NetPlan(const AusmNet& net, const NetPlanKey& key)
    : net_(net), key_(key), positions_(net.positions(net.grid(key.height, key.width))) {
    const auto grid = positions_.grid;
    const auto device = at::TensorOptions(net.device());
    in_.images =
        at::empty({key.batch, 3, key.height, key.width}, device.dtype(net.dtype()), at::MemoryFormat::ChannelsLast);
    blank_ = net.initial_history(1, grid).layers;
    spare_ = net.initial_history(std::max<std::int64_t>(key.batch / 2 - 1, 0), grid).layers;
    host_states_ = at::zeros({static_cast<std::int64_t>(blank_.size()), key.batch, 4}, pinned(net, at::kLong));
    states_ = at::zeros(host_states_.sizes(), device.dtype(at::kLong));
    in_.history = {grid,
                   at::empty({key.batch, grid.tokens(), net.config().dim}, device.dtype(net.dtype())),
                   {},
                   no_anchors(key.batch, net.config().history.anchors, grid.tokens(), net.config().dim,
                              device.dtype(net.dtype()))};
    for (const auto& rows : states_.unbind())
        in_.history.layers.push_back({{}, {}, rows});
    const auto queries = key.objects + net.config().head.detections;
    host_presence_ = at::empty({key.batch, queries}, pinned(net, at::kFloat));
    phases_ = {[this] { frame_ = net_.encode(in_.images); },
               [this] {
                   auto history = in_.history;
                   compressed_ = net_.compress(in_.marks, positions_, history);
               },
               [this] { decode(); }};
    if (key.objects > 0)
        make_marks();
}

void NetPlan::make_marks() {
    const auto cells = net_.mask_grid(positions_.grid);
    const auto device = at::TensorOptions(net_.device());
    host_slots_ = at::zeros({key_.batch, key_.objects}, pinned(net_, at::kLong));
    host_kinds_ = at::zeros({key_.batch, 1, key_.objects}, pinned(net_, at::kLong));
    host_valid_ = at::zeros({key_.batch, key_.objects}, pinned(net_, at::kBool));
    host_cells_ = at::zeros({key_.batch, key_.objects}, pinned(net_, at::kLong));
    host_seen_ = at::zeros({key_.batch, key_.objects}, pinned(net_, at::kBool));
    masks32_ = at::empty({key_.batch, 1, key_.objects, cells.rows, cells.columns}, device.dtype(at::kFloat));
    in_.marks = {at::empty(host_slots_.sizes(), device.dtype(at::kLong)),
                 at::empty(masks32_.sizes(), device.dtype(net_.dtype())),
                 at::empty(host_kinds_.sizes(), device.dtype(at::kLong))};
    in_.valid = at::empty(host_valid_.sizes(), device.dtype(at::kBool));
}

std::size_t NetPlan::bytes() const {
    std::size_t sum = 0;
    const auto add = [&](const at::Tensor& tensor) { sum += tensor.defined() ? tensor.nbytes() : 0; };
    for (const auto& tensor : {in_.images, in_.history.features, in_.marks.slots, in_.marks.masks, in_.marks.kinds,
                               in_.valid, states_, masks32_, in_.history.anchors.tokens})
        add(tensor);
    for (const auto& layer : spare_) {
        add(layer.conv_tail);
        add(layer.scan);
    }
    return sum;
}

void NetPlan::decode() {
    const auto prediction =
        net_.decode(frame_, compressed_, in_.history.anchors, positions_, in_.marks.slots, in_.valid);
    presence_ = prediction.presence.to(at::kFloat);
    logits_ = prediction.masks.to(at::kFloat).contiguous();
    if (key_.objects == 0)
        return;
    const auto marked = logits_.narrow(1, 0, key_.objects);
    probabilities_ = marked.sigmoid();
    cells_ = NetRunner::count_cells(marked, probabilities_);
    seen_ = (presence_.narrow(1, 0, key_.objects).sigmoid() >= kSeenPresence).logical_and_(cells_ >= kSeenCells);
    shown_ = marked.masked_fill(seen_.logical_not().unsqueeze(2).unsqueeze(3), kHidden);
}

void NetPlan::load(std::span<const NetInput> inputs) {
    join_into(in_.images,
              of_each(inputs, [&](const NetInput& input) { return input.images.to(net_.device(), net_.dtype()); }));
    join_into(in_.history.features, of_each(inputs, [](const NetInput& input) { return input.history.features; }));
    if (auto& anchors = in_.history.anchors; anchors.places() > 0) {
        join_into(anchors.tokens, of_each(inputs, [](const NetInput& input) { return input.history.anchors.tokens; }));
        join_into(anchors.valid, of_each(inputs, [](const NetInput& input) { return input.history.anchors.valid; }));
    }
    load_states(inputs);
    if (key_.objects > 0)
        load_marks(inputs);
}

/// Rows beyond the inputs read what the first one reads and write what nobody reads.
void NetPlan::load_states(std::span<const NetInput> inputs) {
    own_.assign(inputs.size(), {});
    for (auto& own : own_)
        own.history.grid = in_.history.grid;
    auto* address = host_states_.mutable_data_ptr<std::int64_t>();
    const auto put = [&](const void* tensor) { *address++ = reinterpret_cast<std::int64_t>(tensor); };
    for (std::size_t i = 0; i < blank_.size(); ++i) {
        const auto& blank = blank_[i];
        for (std::size_t row = 0; row < static_cast<std::size_t>(key_.batch); ++row) {
            const bool real = row < inputs.size();
            const auto& before = inputs[real ? row : 0].history.layers[i];
            for (const auto& [given, size] :
                 {std::pair(&before.conv_tail, &blank.conv_tail), std::pair(&before.scan, &blank.scan)})
                TORCH_CHECK(given->sizes() == size->sizes() && given->is_contiguous() &&
                                given->scalar_type() == size->scalar_type() && given->device() == size->device(),
                            "a state of another network");
            if (real)
                own_[row].history.layers.push_back({at::empty_like(blank.conv_tail), at::empty_like(blank.scan)});
            const auto extra = static_cast<std::int64_t>(row - inputs.size());
            const auto after =
                real ? own_[row].history.layers[i] : LayerState{spare_[i].conv_tail[extra], spare_[i].scan[extra]};
            put(before.conv_tail.const_data_ptr());
            put(after.conv_tail.mutable_data_ptr());
            put(before.scan.const_data_ptr());
            put(after.scan.mutable_data_ptr());
        }
    }
    states_.copy_(host_states_, /*non_blocking=*/true);
}

/// Slots without an object are not valid: zero masks mark nothing, and no query looks at theirs.
void NetPlan::load_marks(std::span<const NetInput> inputs) {
    host_valid_.zero_();
    masks32_.zero_();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto& input = inputs[i];
        const auto row = static_cast<std::int64_t>(i), count = input.count();
        if (count == 0)
            continue;
        host_slots_[row].narrow(0, 0, count).copy_(input.slots);
        host_kinds_[row][0].narrow(0, 0, count).copy_(input.kinds);
        host_valid_[row].narrow(0, 0, count).fill_(true);
        masks32_[row][0].narrow(0, 0, count).copy_(input.masks, /*non_blocking=*/true);
    }
    in_.marks.slots.copy_(host_slots_, /*non_blocking=*/true);
    in_.marks.kinds.copy_(host_kinds_, true);
    in_.valid.copy_(host_valid_, true);
    in_.marks.masks.copy_(masks32_);
}

void NetPlan::copy_out(std::span<const NetInput> inputs) {
    host_presence_.copy_(presence_, /*non_blocking=*/true);
    if (key_.objects > 0) {
        host_cells_.copy_(cells_, true);
        host_seen_.copy_(seen_, true);
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto& input = inputs[i];
        auto& own = own_[i];
        const auto row = static_cast<std::int64_t>(i), count = input.count();
        own.history.anchors = input.history.anchors;
        own.history.features = frame_.features.narrow(0, row, 1).clone();
        own.logits = at::cat({logits_[row].narrow(0, 0, count), logits_[row].slice(0, key_.objects)});
        if (count == 0)
            continue;
        own.probabilities = probabilities_[row].narrow(0, 0, count).clone();
        if (input.map.width > 0)
            own.drawn = std::make_shared<DrawnMap>(shown_[row].narrow(0, 0, count), input.values, input.map);
    }
}

std::vector<NetAnswer> NetPlan::take(std::span<const NetInput> inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        auto& own = own_[i];
        const auto row = static_cast<std::int64_t>(i), count = inputs[i].count();
        // Copies, because the next frame writes over it.
        own.presence = at::cat({host_presence_[row].narrow(0, 0, count), host_presence_[row].slice(0, key_.objects)});
        for (std::int64_t k = 0; k < count; ++k) {
            own.cells.push_back(host_cells_.const_data_ptr<std::int64_t>()[row * key_.objects + k]);
            own.seen.push_back(host_seen_.const_data_ptr<bool>()[row * key_.objects + k] ? 1 : 0);
        }
        own.frame = frame_.row(row);
    }
    return std::exchange(own_, {});
}

}  // namespace ausm
