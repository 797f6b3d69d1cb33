// SPDX-License-Identifier: MIT
// What a saved state says in words: its version, whose it is, its objects, and what it was computed with.
#pragma once

#include "ausm.h"
#include "io/safetensors.h"
#include "session/anchor_table.h"
#include "session/object_table.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ausm {

/// The part of a stream's state that is not tensors. Nothing here needs LibTorch.
struct StateDescription {
    ObjectTable table;
    AnchorTable anchors;
    bool prompted = false;
    std::int64_t frames = 0;
    std::int64_t rows = 0, columns = 0;  ///< of the grid of tokens; both 0: saved before the first frame
};

/// Errors of saved states begin with it.
inline constexpr const char* kStateName = "saved state";

/// Metadata of a state's safetensors file. The weights' hash covers the configuration, which lies in the same file.
[[nodiscard]] std::map<std::string, std::string> state_metadata(const StateDescription& state, const ModelInfo& model);

/// Throws std::runtime_error that says why not: another format or version, other weights, damaged, contradictory.
[[nodiscard]] StateDescription read_state_description(const io::Safetensors& file, const ModelInfo& model);

/// The metadata "stream": the description itself, as JSON.
[[nodiscard]] std::string stream_text(const StateDescription& state);

/// Reads it for a model with `slots` ID vectors. Throws std::runtime_error that says why not: damaged, contradictory, or
/// without a frame although there are objects, or tensors beside it.
[[nodiscard]] StateDescription read_stream_text(std::string_view text, int slots, bool has_tensors);

/// What was different where the state was saved, for instance "number of threads: 4 there, 2 here". With any of it the
/// next masks may differ in their last bits.
[[nodiscard]] std::vector<std::string> state_differences(const io::Safetensors& file, const ModelInfo& model);

}  // namespace ausm
