// SPDX-License-Identifier: MIT
// Which prompts of a JSON lines file belong in front of which frame.
#pragma once

#include "gst/gstausmgrammar.h"

#include <cstddef>
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

/// The lines of a file and how far the stream has come. Thread-bound to the streaming thread, but for load().
class PromptSchedule {
public:
    /// Reads a file before the stream starts. Bad lines are left out and told in `bad`, with line and column. False and
    /// the reason in `error` when the file cannot be read. A second call replaces the first file; "" has no lines.
    [[nodiscard]] bool load(const std::string& path, std::vector<std::string>& bad, std::string& error);

    /// A new stream: frames are counted from 0, every line is due again.
    void restart();
    /// A flush: nobody knows the number of the next frame, lines with `time` from there on are due again.
    void flush();
    /// The lines for the next frame, which spans [start, end) in stream time; GST_CLOCK_TIME_NONE when unknown.
    [[nodiscard]] DuePrompts next(GstClockTime start, GstClockTime end);

private:
    struct Entry {
        int number = 0;
        PromptLine line;   // without the pixels of an inline mask,
        std::string text;  // which are read again from here
    };

    void add(Entry entry);
    void give(const Entry& entry, DuePrompts& due) const;

    std::string folder_;
    std::vector<Entry> at_once_, by_frame_, by_time_;  // in the order in which they are due
    std::size_t next_at_once_ = 0, next_by_frame_ = 0, next_by_time_ = 0;
    std::int64_t frame_ = 0;
    bool flushed_ = false;  // frames are no longer counted
    bool sought_ = false;   // the next frame says where by_time_ goes on
};

}  // namespace ausm::gst
