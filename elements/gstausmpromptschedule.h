// SPDX-License-Identifier: MIT
// Which prompts of a JSON lines file belong in front of which frame.
#pragma once

#include "gst/gstausmgrammar.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ausm::gst {

/// What one frame gets.
struct DuePrompts {
    struct Refused {
        PromptLine line;
        std::string reason;
    };
    std::vector<PromptLine> lines;  // masks read
    std::vector<Refused> refused;
};

/// Lines of a file that break the grammar.
struct BadLines {
    static constexpr std::size_t kTold = 20;

    std::vector<std::string> first;  ///< with line and column; at most kTold
    std::size_t count = 0;
};

/// The lines of a file and how far the stream has come. Thread-bound to the streaming thread, but for load().
class PromptSchedule {
public:
    static constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{1} << 30;
    static constexpr std::size_t kMaxPrompts = 100'000;
    static constexpr std::size_t kMaxBadLines = 1000;

    /// Reads a file before the stream starts. Bad lines are left out and told in `bad`. False and the reason in `error`
    /// when the file cannot be read or breaks one of the limits; there are no prompts then. A second call replaces the
    /// first file; "" has no lines.
    [[nodiscard]] bool load(const std::string& path, BadLines& bad, std::string& error);

    /// A new stream: frames are counted from 0, every line is due again.
    void restart();
    /// A flush: nobody knows the number of the next frame, lines with `time` from there on are due again.
    void flush();
    /// The lines for the next frame, which spans [start, end) in stream time; GST_CLOCK_TIME_NONE when unknown.
    [[nodiscard]] DuePrompts next(GstClockTime start, GstClockTime end);

private:
    /// Kept as text: a parsed line needs several times the memory.
    struct Entry {
        int number = 0;
        std::optional<double> time;
        std::optional<std::int64_t> frame;
        std::string text;
    };

    [[nodiscard]] std::string read(const std::string& path, BadLines& bad);
    void clear();
    void add(int number, const PromptLine& line, std::string text);
    [[nodiscard]] PromptLine line_of(const Entry& entry) const;
    void give(const Entry& entry, DuePrompts& due) const;

    std::string folder_;
    std::vector<Entry> at_once_, by_frame_, by_time_;  // in the order in which they are due
    std::size_t next_at_once_ = 0, next_by_frame_ = 0, next_by_time_ = 0;
    std::int64_t frame_ = 0;
    bool flushed_ = false;  // frames are no longer counted
    bool sought_ = false;   // the next frame says where by_time_ goes on
};

}  // namespace ausm::gst
