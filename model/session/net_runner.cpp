// SPDX-License-Identifier: MIT
// The plain way: batches are put together and taken apart by copies, every operation is launched on its own.
#include "session/net_runner.h"

#include "session/object_rules.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>

namespace ausm {
namespace {

constexpr std::size_t kMostPositions = 8;

double seconds_since(std::chrono::steady_clock::time_point& start) {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> passed = now - start;
    start = now;
    return passed.count();
}

/// `rows` one below the other; one alone is not copied.
at::Tensor joined(const std::vector<at::Tensor>& rows) { return rows.size() == 1 ? rows.front() : at::cat(rows); }

/// [K, ...] -> [1, objects, ...], what is missing filled with zeros.
at::Tensor padded(const at::Tensor& marks, std::int64_t objects) {
    if (marks.size(0) == objects)
        return marks.unsqueeze(0);
    auto sizes = marks.sizes().vec();
    sizes[0] = objects - marks.size(0);
    return at::cat({marks, at::zeros(sizes, marks.options())}).unsqueeze(0);
}

History joined_history(std::span<const NetInput> inputs) {
    const auto all = [&](const auto& pick) {
        std::vector<at::Tensor> rows;
        for (const auto& input : inputs)
            rows.push_back(pick(input.history));
        return joined(rows);
    };
    const auto& first = inputs.front().history;
    History batch{first.grid, all([](const History& one) { return one.features; }), {}, {}};
    for (std::size_t i = 0; i < first.layers.size(); ++i)
        batch.layers.push_back({all([i](const History& one) { return one.layers[i].conv_tail; }),
                                all([i](const History& one) { return one.layers[i].scan; })});
    return batch;
}

/// Row `row` of what is said of a batch [B, objects + N_det, ...], without the padding behind `count` marks. May share the
/// batch's memory.
at::Tensor row_of(const at::Tensor& batch, std::int64_t row, std::int64_t count, std::int64_t objects) {
    const auto own = batch[row];
    if (count == objects)
        return own.contiguous();
    return at::cat({own.narrow(0, 0, count), own.slice(0, objects)});
}

History row_of(const History& batch, std::int64_t row) {
    History own{batch.grid, batch.features.narrow(0, row, 1), {}, {}};
    for (const auto& layer : batch.layers)
        own.layers.push_back({layer.conv_tail.narrow(0, row, 1), layer.scan.narrow(0, row, 1)});
    return own;
}

/// A copy: a stream must not keep the states of the others alive.
History copy_of(History history) {
    history.features = history.features.clone();
    for (auto& layer : history.layers)
        layer = {layer.conv_tail.clone(), layer.scan.clone()};
    return history;
}

}  // namespace

void NetRunner::gather_marks(NetBatch& batch, std::span<const NetInput> inputs, std::int64_t objects) const {
    if (objects == 0)
        return;
    const auto device = net_.device();
    const auto cells = net_.mask_grid(batch.history.grid);
    std::vector<at::Tensor> slots, kinds, masks;
    for (const auto& input : inputs) {
        const bool none = input.count() == 0;
        const auto numbers = at::TensorOptions().dtype(at::kLong);
        slots.push_back(padded(none ? at::empty({0}, numbers) : input.slots, objects));
        kinds.push_back(padded(none ? at::empty({0}, numbers) : input.kinds, objects));
        masks.push_back(padded(none ? at::empty({0, cells.rows, cells.columns}, at::kFloat) : input.masks, objects));
    }
    batch.marks = {joined(slots).to(device), joined(masks).unsqueeze(1).to(device, net_.dtype()),
                   joined(kinds).unsqueeze(1).to(device)};
    if (std::ranges::all_of(inputs, [&](const auto& input) { return input.count() == objects; }))
        return;
    std::vector<at::Tensor> valid;
    for (const auto& input : inputs)
        valid.push_back((at::arange(objects) < input.count()).unsqueeze(0));
    batch.valid = joined(valid).to(device);
}

const Positions& NetRunner::positions(Grid grid) {
    const auto found =
        std::find_if(positions_.begin(), positions_.end(), [&](const auto& p) { return p.grid == grid; });
    if (found != positions_.end()) {
        positions_.splice(positions_.begin(), positions_, found);
    } else {
        if (positions_.size() >= kMostPositions)
            positions_.pop_back();
        positions_.push_front(net_.positions(grid));
    }
    return positions_.front();
}

/// The anchors as they are kept from now on: with what is the same on every frame that reads them.
Anchors NetRunner::remembered(const Anchors& anchors, const Positions& where) const {
    return anchors.memories.empty() ? net_.remember(anchors, where) : anchors;
}

at::Tensor NetRunner::are_finite(const at::Tensor& logits) { return logits.sum({-2, -1}).isfinite(); }

at::Tensor NetRunner::count_cells(const at::Tensor& logits, const at::Tensor& probabilities) {
    return (probabilities > 0.5).sum({-2, -1}).masked_fill(are_finite(logits).logical_not(), kNotFinite);
}

std::vector<NetAnswer> NetRunner::step(std::span<const NetInput> inputs) {
    std::int64_t objects = 0;
    for (const auto& input : inputs)
        objects = std::max(objects, input.count());
    auto clock = std::chrono::steady_clock::now();
    StepTimes times;
    std::vector<at::Tensor> images;
    for (const auto& input : inputs)
        images.push_back(input.images);
    NetBatch batch{joined(images).to(net_.device()), {}, {}, joined_history(inputs)};
    gather_marks(batch, inputs, objects);
    const auto frame = net_.encode(batch.images);
    times.encode = seconds_since(clock);
    const auto& where = positions(frame.grid);
    const auto compressed = net_.compress(batch.marks, where, batch.history);
    times.compress = seconds_since(clock);
    std::vector<Anchors> anchors;
    for (const auto& input : inputs)
        anchors.push_back(remembered(input.history.anchors, where));
    const auto prediction =
        net_.decode(frame, compressed, joined(anchors).taken(), where, batch.marks.slots, batch.valid);
    batch.history.features = frame.features;
    const auto presence = prediction.presence.to(at::kCPU, at::kFloat);
    const auto logits = prediction.masks.to(at::kCPU, at::kFloat);
    times.decode = seconds_since(clock);
    std::vector<NetAnswer> answers(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i), count = inputs[i].count();
        auto& answer = answers[i];
        answer.presence = row_of(presence, row, count, objects);
        answer.logits = row_of(logits, row, count, objects);
        answer.frame = frame.row(row);
        answer.history = inputs.size() == 1 ? batch.history : copy_of(row_of(batch.history, row));
        answer.history.anchors = anchors[i];
        answer.times = times;
    }
    return answers;
}

Prediction NetRunner::refine_again(const NetInput& input, const Encoded& frame) {
    NetBatch batch;
    batch.history = input.history;
    batch.history.anchors = input.history.anchors.taken();
    gather_marks(batch, {&input, 1}, input.count());
    const auto prediction = net_.refine(frame, positions(frame.grid), batch.marks, batch.history);
    return {prediction.presence.to(at::kFloat), prediction.masks.to(at::kFloat)};
}

NetPrediction NetRunner::refine(const NetInput& input, const Encoded& frame) {
    const auto prediction = refine_again(input, frame);
    return {prediction.presence[0].to(at::kCPU).contiguous(), prediction.masks[0].to(at::kCPU).contiguous(), {}, {}};
}

at::Tensor NetRunner::anchor(const NetInput& input, const Encoded& frame) {
    NetBatch batch;
    batch.history.grid = frame.grid;
    gather_marks(batch, {&input, 1}, input.count());
    return net_.anchor(frame.features, batch.marks, positions(frame.grid));
}

std::shared_ptr<DrawnMap> NetRunner::draw(const at::Tensor& /*logits*/, std::span<const std::uint8_t> /*values*/,
                                          const MapRequest& /*request*/) {
    return nullptr;
}

}  // namespace ausm
