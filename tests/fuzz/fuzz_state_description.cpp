// SPDX-License-Identifier: MIT
// Any text as the description in a saved state: refused, or a table of objects that is sound and survives writing.
#include "session/state_description.h"

#include "fuzz.h"

#include <optional>
#include <set>
#include <stdexcept>

namespace {

using ausm::StateDescription;
using ausm::io::Safetensors;

constexpr int kSlots = 8;

const ausm::ModelInfo& model() {
    static const auto fuzzed = [] {
        ausm::ModelInfo info;
        info.name = "fuzzed";
        info.weights_hash = "0123456789abcdef";
        info.device = "cpu";
        info.max_objects = kSlots;
        return info;
    }();
    return fuzzed;
}

/// A file with this description; a tensor stands for the ones that a state with a frame has.
Safetensors file_of(const StateDescription& state, bool with_tensor) {
    static const std::vector<std::byte> data(4);
    std::map<std::string, ausm::io::TensorView> tensors;
    if (with_tensor)
        tensors["features"] = {"F32", {1}, data};
    return Safetensors::parse(ausm::io::write_safetensors(tensors, ausm::state_metadata(state, model())), "input");
}

template <typename Read>
std::optional<StateDescription> accepted(const Read& read) {
    try {
        return read();
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
        FUZZ_CHECK(object.score >= 0 && object.score <= 1 && object.unseen >= 0 && !object.is_new);
    }
    FUZZ_CHECK(slots.size() == kSlots && *slots.begin() == 0 && *slots.rbegin() == kSlots - 1);
    FUZZ_CHECK(state.frames >= 0 && state.rows >= 0 && state.rows <= 4096 && state.columns >= 0 &&
               state.columns <= 4096 && (state.rows == 0) == (state.columns == 0));
    FUZZ_CHECK(state.rows > 0 || (!with_tensor && ids.empty() && state.anchors.places().empty()));
    FUZZ_CHECK(state.anchors.places().size() <= 2);
    for (const auto& place : state.anchors.places())
        for (const auto& held : place)
            FUZZ_CHECK(held.id >= 1 && held.id < state.table.next_id() && held.slot >= 0 && held.slot < kSlots);
}

/// Through a whole file: the text stands there as it was, whatever is in it, and belongs to this model.
void check_file(const StateDescription& state, const std::string& text, bool with_tensor) {
    const auto file = file_of(state, with_tensor);
    FUZZ_CHECK(file.metadata("stream") == text);
    const auto again = accepted([&] { return ausm::read_state_description(file, model()); });
    FUZZ_CHECK(again.has_value() && ausm::stream_text(*again) == text);
    FUZZ_CHECK(ausm::state_differences(file, model()).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ausm::fuzz::Input input(data, size);
    const auto choices = input.byte();
    const bool with_tensor = (choices & 1) != 0;
    const auto text = input.rest();
    const auto state = accepted([&] { return ausm::read_stream_text(text, kSlots, with_tensor); });
    if (!state)
        return 0;
    check(*state, with_tensor);
    const auto written = ausm::stream_text(*state);
    const auto again = accepted([&] { return ausm::read_stream_text(written, kSlots, with_tensor); });
    FUZZ_CHECK(again.has_value() && ausm::stream_text(*again) == written);
    // The file around it is what the fuzzer `safetensors` looks at; it takes most of the time, so not with every input.
    if ((choices & 0x0e) == 0)
        check_file(*state, written, with_tensor);
    return 0;
}
