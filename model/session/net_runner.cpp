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

History row_of(const History& batch, std::int64_t row) {
    History own{batch.grid, batch.features.narrow(0, row, 1), {}};
    for (const auto& layer : batch.layers)
        own.layers.push_back({layer.conv_tail.narrow(0, row, 1), layer.scan.narrow(0, row, 1)});
    return own;
}

/// A copy: a stream must not keep the memory of the others alive.
History copy_of(History history) {
    history.features = history.features.clone();
    for (auto& layer : history.layers)
        layer = {layer.conv_tail.clone(), layer.scan.clone()};
    return history;
}

}  // namespace

NetBatch NetRunner::gather(std::span<const NetPass* const> passes, std::int64_t objects) const {
    NetBatch batch;
    const auto device = net_.device();
    std::vector<at::Tensor> images, features;
    for (const auto* pass : passes) {
        images.push_back(pass->images);
        features.push_back(pass->history.features);
    }
    batch.images = joined(images).to(device);
    batch.history = {passes.front()->history.grid, joined(features), {}};
    for (std::size_t i = 0; i < passes.front()->history.layers.size(); ++i) {
        std::vector<at::Tensor> tails, scans;
        for (const auto* pass : passes) {
            tails.push_back(pass->history.layers[i].conv_tail);
            scans.push_back(pass->history.layers[i].scan);
        }
        batch.history.layers.push_back({joined(tails), joined(scans)});
    }
    if (objects == 0)
        return batch;
    const auto cells = net_.mask_grid(batch.history.grid);
    std::vector<at::Tensor> slots, kinds, masks;
    for (const auto* pass : passes) {
        const bool none = pass->count() == 0;
        const auto numbers = at::TensorOptions().dtype(at::kLong);
        slots.push_back(padded(none ? at::empty({0}, numbers) : pass->slots, objects));
        kinds.push_back(padded(none ? at::empty({0}, numbers) : pass->kinds, objects));
        masks.push_back(padded(none ? at::empty({0, cells.rows, cells.columns}, at::kFloat) : pass->masks, objects));
    }
    batch.marks = {joined(slots).to(device), joined(masks).unsqueeze(1).to(device, net_.dtype()),
                   joined(kinds).unsqueeze(1).to(device)};
    if (std::all_of(passes.begin(), passes.end(), [&](const auto* pass) { return pass->count() == objects; }))
        return batch;
    std::vector<at::Tensor> valid;
    for (const auto* pass : passes)
        valid.push_back((at::arange(objects) < pass->count()).unsqueeze(0));
    batch.valid = joined(valid).to(device);
    return batch;
}

void NetRunner::take_prediction(NetPass& pass, const at::Tensor& presence, const at::Tensor& logits, std::int64_t row,
                                std::int64_t objects) {
    const auto own = [&](const at::Tensor& all) {
        const auto of_row = all[row];
        if (pass.count() == objects)
            return of_row.contiguous();
        return at::cat({of_row.narrow(0, 0, pass.count()), of_row.slice(0, objects)});
    };
    pass.presence = own(presence);
    pass.logits = own(logits);
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

at::Tensor NetRunner::are_finite(const at::Tensor& logits) { return logits.sum({-2, -1}).isfinite(); }

at::Tensor NetRunner::count_cells(const at::Tensor& logits, const at::Tensor& probabilities) {
    return (probabilities > 0.5).sum({-2, -1}).masked_fill(are_finite(logits).logical_not(), kNotFinite);
}

void NetRunner::step(std::span<NetPass* const> passes) {
    std::int64_t objects = 0;
    for (const auto* pass : passes)
        objects = std::max(objects, pass->count());
    auto clock = std::chrono::steady_clock::now();
    StepTimes times;
    auto batch = gather(passes, objects);
    const auto frame = net_.encode(batch.images);
    times.encode = seconds_since(clock);
    const auto& where = positions(frame.grid);
    const auto compressed = net_.compress(batch.marks, where, batch.history);
    times.compress = seconds_since(clock);
    const auto prediction = net_.decode(frame, compressed, where, batch.marks.slots, batch.valid);
    batch.history.features = frame.features;
    const auto presence = prediction.presence.to(at::kCPU, at::kFloat);
    const auto logits = prediction.masks.to(at::kCPU, at::kFloat);
    times.decode = seconds_since(clock);
    for (std::size_t i = 0; i < passes.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        auto& pass = *passes[i];
        take_prediction(pass, presence, logits, row, objects);
        pass.frame = frame.row(row);
        pass.history = passes.size() == 1 ? batch.history : copy_of(row_of(batch.history, row));
        pass.times = times;
    }
}

Prediction NetRunner::refine_again(const NetPass& pass) {
    const std::array<const NetPass*, 1> one{&pass};
    const auto batch = gather(one, pass.count());
    const auto prediction = net_.refine(pass.frame, positions(pass.frame.grid), batch.marks, batch.history);
    return {prediction.presence.to(at::kFloat), prediction.masks.to(at::kFloat)};
}

void NetRunner::refine(NetPass& pass) {
    const auto prediction = refine_again(pass);
    take_prediction(pass, prediction.presence.to(at::kCPU), prediction.masks.to(at::kCPU), 0, pass.count());
    pass.probabilities = at::Tensor();
    pass.cells.clear();
}

std::shared_ptr<DrawnMap> NetRunner::draw(const at::Tensor& /*logits*/, std::span<const std::uint8_t> /*values*/,
                                          const MapRequest& /*request*/) {
    return nullptr;
}

}  // namespace ausm
