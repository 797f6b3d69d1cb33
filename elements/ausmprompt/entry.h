// SPDX-License-Identifier: MIT
// One prompt that waits for its frame, and what a frame gets.
#pragma once

#include "gst/gstausmgrammar.h"
#include "gst/raii.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ausm::gst {

/// Kept as it was written: a parsed prompt needs several times the memory, and a mask's file is read when it is due.
class PromptEntry {
public:
    /// A JSON line, its number, and the folder of relative mask paths ("": the working directory).
    [[nodiscard]] static std::variant<PromptEntry, PromptError> from_text(std::string_view text, int number,
                                                                          const std::string& folder);
    /// A copy of a structure.
    [[nodiscard]] static std::variant<PromptEntry, PromptError> from_structure(const GstStructure* structure);

    std::optional<GstClockTime> time;   ///< stream time
    std::optional<std::int64_t> frame;  ///< counted from the stream start

    [[nodiscard]] std::size_t bytes() const noexcept { return text_.size(); }
    /// "line 3: ", or nothing where there are no lines.
    [[nodiscard]] std::string place() const;
    /// Without time and frame, its mask unread.
    [[nodiscard]] PromptLine line(const std::string& folder) const;

private:
    explicit PromptEntry(const PromptLine& line);

    std::string text_;
    int number_ = 0;
    Owned<GstStructure> structure_;  // instead of the text
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
    void give(const PromptEntry& entry, const std::string& folder, bool late = false);
    void refuse(const PromptEntry& entry, const std::string& folder, std::string reason);
};

/// Why prompts with a frame are refused after a flush.
inline constexpr const char* kFramesUncounted =
    "the stream was flushed, so frames are no longer counted from its start: use time";

}  // namespace ausm::gst
