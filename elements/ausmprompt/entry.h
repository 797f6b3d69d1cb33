// SPDX-License-Identifier: MIT
// One prompt that waits for its frame, and what a frame gets.
#pragma once

#include "gst/gstausmgrammar.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ausm::gst {

/// A mask stays a path, run lengths or polygons until it is due, because masks need many times the memory.
class PromptEntry {
public:
    /// `number` of the line of text that it came from; 0: none.
    PromptEntry(PromptLine line, int number);
    [[nodiscard]] static std::variant<PromptEntry, PromptError> from_structure(const GstStructure* structure);

    std::optional<GstClockTime> time;   ///< stream time
    std::optional<std::int64_t> frame;  ///< counted from the stream start

    /// Memory of its lists; a mask that came as a picture is not counted.
    [[nodiscard]] std::size_t bytes() const noexcept;
    /// "line 3: ", or nothing where there are no lines.
    [[nodiscard]] std::string place() const;
    /// Without time and frame, its mask unread.
    [[nodiscard]] const PromptLine& line() const& noexcept { return line_; }
    [[nodiscard]] PromptLine line() && noexcept { return std::move(line_); }

private:
    PromptLine line_;
    int number_;  // 0: none
};

/// What one frame gets.
struct DuePrompts {
    struct Refused {
        PromptLine line;
        std::string reason;
    };
    std::vector<PromptLine> lines;  // masks read
    std::vector<Refused> refused;

    /// Reads the mask; refuses the prompt when that fails.
    void give(PromptEntry entry, bool late = false);
    void refuse(PromptEntry entry, std::string reason);
};

/// Why prompts with a frame are refused after a flush.
inline constexpr const char* kFramesUncounted =
    "the stream was flushed, so frames are no longer counted from its start: use time";

}  // namespace ausm::gst
