// SPDX-License-Identifier: MIT
// The files of a pack: safetensors with the compressed pictures of many sets.
#pragma once

#include "io/safetensors.h"
#include "train/sources.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ausm::train {

/// One picture as it lies in a pack.
struct PackedFrame {
    std::vector<std::uint8_t> picture;  ///< JPEG
    std::vector<std::uint8_t> runs;     ///< label map, or alpha of a sprite, see pack_runs.h; empty: no labels
};

struct PackedSequence {
    std::string name;
    std::vector<PackedFrame> frames;
};

/// The sequences of one set that one file has.
struct PackedSet {
    Source source;  ///< without format and path
    std::vector<std::string> names;
    std::vector<std::int64_t> frames;                    ///< of each sequence
    std::vector<std::int32_t> pictures, runs;            ///< bytes of each frame
    std::vector<std::uint8_t> picture_bytes, run_bytes;  ///< of all frames, one after the other

    void add(const PackedSequence& sequence);
    [[nodiscard]] std::int64_t size() const;  ///< bytes in the file, the header's share estimated from above
};

/// One file. Metadata: "format" = "ausm-pack", "part" (from 0), "last" ("true" in the highest part), "sets": JSON, a list
/// of {"name", "role", "complete", "cut_outs", "research_only", "weight", "join", "sequences": [[name, frames], ...]}. Tensors
/// of set i: "i.pictures" and "i.runs" U8, "i.picture_sizes" and "i.run_sizes" I32 [frames].
struct PackPart {
    int part = 0;
    bool last = false;
    std::vector<PackedSet> sets;
};

/// The bytes of the file.
[[nodiscard]] std::vector<std::byte> write_part(const PackPart& part);

/// A part as it is read: the views point into `file`.
struct PackedSetView {
    Source source;
    std::vector<std::string> names;
    std::vector<std::int64_t> frames;
    std::vector<std::span<const std::uint8_t>> pictures, runs;  ///< of each frame
};

struct PackPartView {
    int part = 0;
    bool last = false;
    std::vector<PackedSetView> sets;
};

/// Throws std::runtime_error that names the file and what is wrong: no pack, a field or tensor that is missing, of the
/// wrong type or of another size than the others say.
[[nodiscard]] PackPartView read_part(const io::Safetensors& file);

}  // namespace ausm::train
