// SPDX-License-Identifier: MIT
// A stream's state as bytes: safetensors with the objects in its metadata.
#pragma once

#include "session/tracker.h"

namespace ausm {

/// `model` ties the bytes to a model: another one's hash is refused by load_state.
std::vector<std::uint8_t> save_state(const StreamState& state, const ModelInfo& model);

struct LoadedState {
    StreamState state;
    std::vector<std::string> differences;  ///< state_differences()
};

/// Throws std::runtime_error that says why: damaged, other weights, other version, tensors that do not fit the model.
LoadedState load_state(std::span<const std::uint8_t> bytes, const ModelInfo& model, const AusmNet& net);

}  // namespace ausm
