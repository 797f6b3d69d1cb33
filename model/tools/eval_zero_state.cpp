// SPDX-License-Identifier: MIT
// Rewrites a saved state with zeros for its layers.
#include "tools/eval_zero_state.h"

#include "io/safetensors.h"

#include <algorithm>
#include <stdexcept>

namespace ausm::tools {

std::vector<std::uint8_t> with_zero_state(std::span<const std::uint8_t> state) {
    const auto* first = reinterpret_cast<const std::byte*>(state.data());
    const auto file = io::Safetensors::parse({first, first + state.size()}, "saved state");
    auto tensors = file.tensors();
    std::size_t largest = 0;
    for (const auto& [name, tensor] : tensors)
        largest = std::max(largest, tensor.data.size());
    const std::vector<std::byte> zeros(largest);
    bool found = false;
    for (auto& [name, tensor] : tensors) {
        if (!name.starts_with("layers."))
            continue;
        tensor.data = std::span(zeros).first(tensor.data.size());
        found = true;
    }
    if (!found && !tensors.empty())
        throw std::runtime_error("saved state: it has no tensor 'layers.*' that could be set to zero");
    const auto bytes = io::write_safetensors(tensors, file.metadata());
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return {begin, begin + bytes.size()};
}

}  // namespace ausm::tools
