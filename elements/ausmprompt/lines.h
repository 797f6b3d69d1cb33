// SPDX-License-Identifier: MIT
// Text that comes in pieces becomes prompts, one a line.
#pragma once

#include "entry.h"

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ausm::gst {

/// Lines that break the grammar.
struct BadLines {
    static constexpr std::size_t kTold = 20;
    static constexpr std::size_t kMost = 1000;  ///< what has more is no list of prompts

    std::vector<std::string> first;  ///< with line and column; at most kTold
    std::size_t count = 0;

    /// False when they are more than kMost.
    [[nodiscard]] bool add(const PromptError& error);
};

/// Cuts UTF-8 text, with or without its byte order mark, at its line ends and reads each line; blank ones only count. Of
/// what maskjson has written, an object is shown by the first frame that has it.
/// Holds kMaxLineBytes at most: of a longer line the rest is skipped. Thread-bound.
class PromptLines {
public:
    /// Gets a prompt, or what is wrong with a line. False: no more.
    using Take = std::function<bool(std::variant<PromptEntry, PromptError>)>;

    /// `folder` of relative mask paths; "": the working directory.
    explicit PromptLines(std::string folder = {}) : folder_(std::move(folder)) {}

    /// The next piece of the text; false when `take` was, or when the text is not UTF-8 from its first letter on.
    bool feed(std::string_view piece, const Take& take);
    /// The end of the text: the last line may lack its end.
    bool finish(const Take& take);
    /// The name of the encoding in which nothing of this text is read; empty when it is read.
    [[nodiscard]] const std::string& foreign_encoding() const noexcept { return foreign_; }

private:
    static constexpr std::size_t kMaxShown = 100'000;

    bool begin(std::string_view text, const Take& take);
    bool cut(std::string_view piece, const Take& take);
    void keep(std::string_view piece);
    bool end_line(const Take& take);
    bool show(std::vector<PromptLine> objects, const Take& take);

    std::string folder_;
    std::string head_;  // while it is too short to tell the encoding
    bool begun_ = false;
    std::string foreign_;
    std::string line_;  // so far
    bool too_long_ = false;
    int number_ = 0;                // of the line before
    std::set<std::int64_t> shown_;  // ids of maskjson's objects
};

}  // namespace ausm::gst
