// SPDX-License-Identifier: MIT
// Version 1: tensors "features", "masks", "layers.I.conv_tail", "layers.I.scan"; metadata "stream" is JSON.
#include "session/state_file.h"

#include "nn/tensor_file.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace ausm {
namespace {

using nlohmann::json;

constexpr const char* kName = "saved state";

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(std::string(kName) + ": " + what); }

json stream_json(const StreamState& state) {
    json objects = json::array();
    for (const auto& object : state.table.objects())
        objects.push_back({{"id", object.id},
                           {"slot", object.slot},
                           {"label", object.label},
                           {"prompted", object.origin == ObjectOrigin::kPrompt},
                           {"unseen", object.unseen},
                           {"score", object.score}});
    return {{"objects", objects},
            {"free", state.table.free_slots()},
            {"next_id", state.table.next_id()},
            {"prompted", state.prompted},
            {"frames", state.frames},
            {"rows", state.history.grid.rows},
            {"columns", state.history.grid.columns}};
}

ObjectTable read_table(const json& stream, int slots) {
    std::vector<TrackedObject> objects;
    for (const auto& entry : stream.at("objects")) {
        TrackedObject object;
        object.id = entry.at("id").get<std::int64_t>();
        object.slot = entry.at("slot").get<int>();
        object.label = entry.at("label").get<std::string>();
        object.origin = entry.at("prompted").get<bool>() ? ObjectOrigin::kPrompt : ObjectOrigin::kAuto;
        object.unseen = entry.at("unseen").get<std::int64_t>();
        object.score = entry.at("score").get<float>();
        object.fresh = false;
        objects.push_back(std::move(object));
    }
    return ObjectTable::restore(slots, std::move(objects), stream.at("free").get<std::deque<int>>(),
                                stream.at("next_id").get<std::int64_t>());
}

/// A tensor that must look like `like`.
at::Tensor read_tensor(const io::Safetensors& file, const std::string& name, at::IntArrayRef sizes,
                       at::ScalarType dtype) {
    const auto found = file.tensors().find(name);
    if (found == file.tensors().end() || at::IntArrayRef(found->second.shape) != sizes ||
        found->second.dtype != dtype_name(dtype))
        fail("tensor '" + name + "' is missing or does not fit the model");
    return to_tensor(found->second);
}

History read_history(const io::Safetensors& file, const AusmNet& net, Grid grid) {
    auto history = net.initial_history(1, grid);
    history.features = read_tensor(file, "features", history.features.sizes(), net.dtype()).to(net.device());
    for (std::size_t i = 0; i < history.layers.size(); ++i) {
        const auto prefix = "layers." + std::to_string(i);
        auto& layer = history.layers[i];
        for (const auto& [name, tensor] : {std::pair(".conv_tail", &layer.conv_tail), std::pair(".scan", &layer.scan)})
            *tensor = read_tensor(file, prefix + name, tensor->sizes(), tensor->scalar_type()).to(net.device());
    }
    return history;
}

}  // namespace

std::vector<std::uint8_t> save_state(const StreamState& state, const ModelInfo& info) {
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
    }
    const auto bytes = file.bytes({{"format", "ausm-state"},
                                   {"format_version", "1"},
                                   {"model", info.name},
                                   {"weights_hash", info.weights_hash},
                                   {"stream", stream_json(state).dump()}});
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return {first, first + bytes.size()};
}

StreamState load_state(std::span<const std::uint8_t> bytes, const ModelInfo& info, const AusmNet& net) {
    const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
    const auto file = io::Safetensors::parse({first, first + bytes.size()}, kName);
    if (file.metadata("format") != "ausm-state" || file.metadata("format_version") != "1")
        fail("format '" + file.metadata("format") + "' version '" + file.metadata("format_version") + "' is not known");
    if (file.metadata("weights_hash") != info.weights_hash)
        fail("it belongs to other weights (" + file.metadata("model") + ", hash " + file.metadata("weights_hash") +
             "); this is " + info.name + ", hash " + info.weights_hash);
    StreamState state;
    try {
        const auto stream = json::parse(file.metadata("stream"));
        state.table = read_table(stream, net.config().id_vectors);
        state.prompted = stream.at("prompted").get<bool>();
        state.frames = stream.at("frames").get<std::int64_t>();
        const Grid grid{stream.at("rows").get<std::int64_t>(), stream.at("columns").get<std::int64_t>()};
        if (grid == Grid{} && file.tensors().empty() && state.table.objects().empty())
            return state;  // saved before the first frame
        if (grid.rows < 1 || grid.columns < 1 || grid.rows > 4096 || grid.columns > 4096)
            fail("its grid is impossible");
        state.history = read_history(file, net, grid);
        const auto count = static_cast<std::int64_t>(state.table.objects().size());
        if (count > 0)
            state.masks = read_tensor(file, "masks", {count, 4 * grid.rows, 4 * grid.columns}, at::kFloat);
    } catch (const json::exception& error) {
        fail(std::string("its description is damaged: ") + error.what());
    }
    return state;
}

}  // namespace ausm
