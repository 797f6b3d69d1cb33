// SPDX-License-Identifier: MIT
// How small everything must become for a pack to fit.
#pragma once

#include "train/packs/pack.h"
#include "train/packs/pack_file.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ausm::train {

/// One try of the order in pack()'s description.
struct PackStep {
    int short_side = 0, quality = 0;
    std::map<std::string, std::size_t> every;  ///< role: every how many pictures are kept; not here: all; 0: none
    std::string left_out;                      ///< PackReport's
};

struct FrameIndex {
    std::size_t sequence = 0, frame = 0;
};

/// The largest first. What only touches roles that no set has is not among them.
[[nodiscard]] std::vector<PackStep> pack_steps(const PackOptions& options, const std::vector<OpenSource>& sets);

/// The frames of a set that a step keeps, sequence after sequence. Of single pictures whole sequences are left out.
[[nodiscard]] std::vector<FrameIndex> kept_frames(const OpenSource& set, const PackStep& step);

/// Throws as data::Dataset::read() does.
[[nodiscard]] PackedFrame make_frame(const OpenSource& set, const FrameIndex& at, const PackStep& step);

/// Bytes of the whole pack, from at most 48 pictures of each set; a few percent off.
[[nodiscard]] std::int64_t estimate(const std::vector<OpenSource>& sets, const PackStep& step);

}  // namespace ausm::train
