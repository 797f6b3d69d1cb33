// SPDX-License-Identifier: MIT
// Text that comes in pieces becomes prompts, one a line.
#include "gstausmpromptlines.h"

#include <utility>

namespace ausm::gst {

bool BadLines::add(const PromptError& error) {
    if (first.size() < kTold)
        first.push_back(error.message());
    return ++count <= kMost;
}

void PromptLines::keep(std::string_view piece) {
    too_long_ = too_long_ || line_.size() + piece.size() > kMaxLineBytes;
    if (too_long_)
        line_.clear();
    else
        line_ += piece;
}

bool PromptLines::end_line(const Take& take) {
    const std::string line = std::exchange(line_, {});
    ++number_;
    if (std::exchange(too_long_, false))
        return take(PromptError{number_, 1, "longer than " + std::to_string(kMaxLineBytes) + " bytes"});
    if (line.find_first_not_of(" \t\r") == std::string::npos)
        return true;
    return take(PromptEntry::from_text(line, number_, folder_));
}

bool PromptLines::feed(std::string_view piece, const Take& take) {
    for (std::size_t end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
        keep(piece.substr(0, end));
        piece.remove_prefix(end + 1);
        if (!end_line(take))
            return false;
    }
    keep(piece);
    return true;
}

bool PromptLines::finish(const Take& take) {
    const bool more = (line_.empty() && !too_long_) || end_line(take);
    number_ = 0;
    return more;
}

}  // namespace ausm::gst
