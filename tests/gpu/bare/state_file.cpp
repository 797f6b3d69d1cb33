// SPDX-License-Identifier: MIT
// Saved states for a machine without nlohmann-json: there are none.
#include "session/state_file.h"

#include <stdexcept>

namespace ausm {
namespace {

[[noreturn]] void fail() { throw std::runtime_error("saved states are not in this build: nlohmann-json was missing"); }

}  // namespace

std::vector<std::uint8_t> save_state(const StreamState&, const ModelInfo&) { fail(); }

LoadedState load_state(std::span<const std::uint8_t>, const ModelInfo&, const AusmNet&) { fail(); }

}  // namespace ausm
