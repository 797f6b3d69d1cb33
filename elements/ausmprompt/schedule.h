// SPDX-License-Identifier: MIT
// Which prompts of a JSON lines file belong in front of which frame.
#pragma once

#include "entry.h"
#include "lines.h"
#include "position.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ausm::gst {

/// The lines of a file; what is due is a copy, because a seek makes it due again. Thread-bound to the streaming thread, but for load().
class PromptSchedule {
public:
    static constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{1} << 30;
    static constexpr std::size_t kMaxPrompts = 100'000;

    /// Reads a file before the stream starts. Bad lines are left out and told in `bad`. False and the reason in `error`
    /// when the file cannot be read or breaks one of the limits; there are no prompts then. A second call replaces the
    /// first file; "" has no lines.
    [[nodiscard]] bool load(const std::string& path, BadLines& bad, std::string& error);

    /// A new stream: every line is due again.
    void restart() noexcept;
    /// Adds the lines for the next frame.
    void give(const FrameSpan& span, DuePrompts& due);

private:
    [[nodiscard]] std::string read(const std::string& path, BadLines& bad);
    [[nodiscard]] bool add(std::variant<PromptEntry, PromptError> parsed, BadLines& bad, std::string& error);
    void clear();

    std::vector<PromptEntry> at_once_, by_frame_, by_time_;  // in the order in which they are due
    std::size_t next_at_once_ = 0, next_by_frame_ = 0;
};

}  // namespace ausm::gst
