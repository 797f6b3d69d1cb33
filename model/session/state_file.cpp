// SPDX-License-Identifier: MIT
// Tensors "features", "masks", "layers.I.conv_tail", "layers.I.scan", "anchors"; the rest is metadata.
#include "session/state_file.h"

#include "nn/tensor_file.h"
#include "session/state_description.h"

#include <ATen/ATen.h>

#include <stdexcept>

namespace ausm {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(std::string(kStateName) + ": " + what); }

/// A tensor that must look like this, and hold no NaN or infinity, which a stream would never get rid of.
at::Tensor read_tensor(const io::Safetensors& file, const std::string& name, at::IntArrayRef sizes,
                       at::ScalarType dtype) {
    const auto found = file.tensors().find(name);
    if (found == file.tensors().end() || at::IntArrayRef(found->second.shape) != sizes ||
        found->second.dtype != dtype_name(dtype))
        fail("tensor '" + name + "' is missing or does not fit the model");
    auto tensor = to_tensor(found->second);
    if (!at::isfinite(tensor).all().item<bool>())
        fail("tensor '" + name + "' is damaged: not all of its numbers are finite");
    return tensor;
}

/// Of a tensor in the working precision: the network's, or the other one, where the stream was saved with that.
at::ScalarType saved_precision(const io::Safetensors& file, const std::string& name, const AusmNet& net) {
    const auto found = file.tensors().find(name);
    for (const auto other : {at::kFloat, at::kBFloat16})
        if (found != file.tensors().end() && found->second.dtype == dtype_name(other))
            return other;
    return net.dtype();
}

History read_history(const io::Safetensors& file, const AusmNet& net, Grid grid) {
    // First, because the others' sizes follow from the description: what is allocated for them is bounded by the file.
    const auto features =
        read_tensor(file, "features", {1, grid.tokens(), net.config().dim}, saved_precision(file, "features", net));
    auto history = net.initial_history(1, grid);
    history.features = features.to(net.device(), net.dtype());
    for (std::size_t i = 0; i < history.layers.size(); ++i) {
        const auto prefix = "layers." + std::to_string(i);
        auto& layer = history.layers[i];
        for (const auto& [name, tensor] : {std::pair(".conv_tail", &layer.conv_tail), std::pair(".scan", &layer.scan)})
            *tensor = read_tensor(file, prefix + name, tensor->sizes(), tensor->scalar_type()).to(net.device());
    }
    return history;
}

/// The anchors [1, A, N, D] of these places.
Anchors read_anchors(const io::Safetensors& file, const AusmNet& net, const AnchorTable& table, const Anchors& none) {
    if (table.places().empty())
        return none;
    if (static_cast<std::int64_t>(table.places().size()) > none.places())
        fail("it has anchors, and the model has no place for them");
    Anchors anchors{read_tensor(file, "anchors", none.tokens.sizes(), saved_precision(file, "anchors", net))
                        .to(net.device(), net.dtype()),
                    none.valid.clone()};
    for (std::size_t place = 0; place < table.places().size(); ++place)
        anchors.valid.select(1, static_cast<std::int64_t>(place)).fill_(!table.places()[place].empty());
    return anchors;
}

}  // namespace

std::vector<std::uint8_t> save_state(const StreamState& state, const ModelInfo& model) {
    TensorFile file;
    if (!state.history.empty()) {
        file.add("features", state.history.features);
        for (std::size_t i = 0; i < state.history.layers.size(); ++i) {
            const auto prefix = "layers." + std::to_string(i);
            file.add(prefix + ".conv_tail", state.history.layers[i].conv_tail);
            file.add(prefix + ".scan", state.history.layers[i].scan);
        }
        if (state.masks.defined())
            file.add("masks", state.masks);
        if (!state.anchors.places().empty())
            file.add("anchors", state.history.anchors.tokens);
    }
    const auto grid = state.history.grid;
    const auto bytes = file.bytes(
        state_metadata({state.table, state.anchors, state.prompted, state.frames, grid.rows, grid.columns}, model));
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return {first, first + bytes.size()};
}

LoadedState load_state(std::span<const std::uint8_t> bytes, const ModelInfo& model, const AusmNet& net) {
    const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
    const auto file = io::Safetensors::parse({first, first + bytes.size()}, kStateName);
    auto description = read_state_description(file, model);
    LoadedState loaded;
    auto& state = loaded.state;
    state.table = std::move(description.table);
    state.anchors = std::move(description.anchors);
    state.prompted = description.prompted;
    state.frames = description.frames;
    loaded.differences = state_differences(file, model);
    const Grid grid{description.rows, description.columns};
    if (grid.tokens() == 0)
        return loaded;  // saved before the first frame
    state.history = read_history(file, net, grid);
    state.history.anchors = read_anchors(file, net, state.anchors, state.history.anchors);
    const auto count = static_cast<std::int64_t>(state.table.objects().size());
    const auto cells = net.mask_grid(grid);
    if (count > 0)
        state.masks = read_tensor(file, "masks", {count, cells.rows, cells.columns}, at::kFloat).to(net.device());
    return loaded;
}

}  // namespace ausm
