// SPDX-License-Identifier: MIT
// Any text as the description in a saved state: refused, or a table of objects that is sound and survives writing.
#include "session/state_description.h"

#include "fuzz.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <set>
#include <stdexcept>

namespace {

using ausm::StateDescription;
using ausm::io::Safetensors;

constexpr int kSlots = 8;

ausm::ModelInfo model() {
    ausm::ModelInfo info;
    info.name = "fuzzed";
    info.weights_hash = "0123456789abcdef";
    info.device = "cpu";
    info.max_objects = kSlots;
    return info;
}

/// A file with this description; a tensor stands for the ones that a state with a frame has.
Safetensors file_of(const std::map<std::string, std::string>& metadata, bool with_tensor) {
    static const std::vector<std::byte> data(4);
    std::map<std::string, ausm::io::TensorView> tensors;
    if (with_tensor)
        tensors["features"] = {"F32", {1}, data};
    return Safetensors::parse(ausm::io::write_safetensors(tensors, metadata), "input");
}

std::optional<StateDescription> read(const Safetensors& file) {
    try {
        return ausm::read_state_description(file, model());
    } catch (const std::runtime_error& error) {
        FUZZ_CHECK(std::string_view(error.what()).size() > 10);
        return std::nullopt;
    }
}

void check(const StateDescription& state, bool with_tensor) {
    std::set<int> slots(state.table.free_slots().begin(), state.table.free_slots().end());
    std::set<std::int64_t> ids;
    for (const auto& object : state.table.objects()) {
        FUZZ_CHECK(slots.insert(object.slot).second && ids.insert(object.id).second);
        FUZZ_CHECK(object.id >= 1 && object.id < state.table.next_id());
        FUZZ_CHECK(object.score >= 0 && object.score <= 1 && object.unseen >= 0 && !object.fresh);
    }
    FUZZ_CHECK(slots.size() == kSlots && *slots.begin() == 0 && *slots.rbegin() == kSlots - 1);
    FUZZ_CHECK(state.frames >= 0 && state.rows >= 0 && state.rows <= 4096 && state.columns >= 0 &&
               state.columns <= 4096 && (state.rows == 0) == (state.columns == 0));
    FUZZ_CHECK(state.rows > 0 || (!with_tensor && ids.empty()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ausm::fuzz::Input input(data, size);
    const bool with_tensor = input.coin();
    const std::string text(input.rest());
    auto metadata = ausm::state_metadata({ausm::ObjectTable(kSlots, 0)}, model());
    FUZZ_CHECK(read(file_of(metadata, false)).has_value());
    metadata["stream"] = text;
    std::optional<Safetensors> file;
    try {
        file = file_of(metadata, with_tensor);
    } catch (const nlohmann::json::exception&) {
        return 0;  // no UTF-8: no such file can be written
    }
    const auto state = read(*file);
    if (!state)
        return 0;
    check(*state, with_tensor);
    const auto written = ausm::state_metadata(*state, model());
    const auto again = read(file_of(written, with_tensor));
    FUZZ_CHECK(again.has_value());
    FUZZ_CHECK(ausm::state_metadata(*again, model()) == written);
    FUZZ_CHECK(ausm::state_differences(*file, model()).empty());
    return 0;
}
