// SPDX-License-Identifier: MIT
// Text that comes in pieces becomes prompts, one a line.
#include "lines.h"

#include <initializer_list>
#include <utility>

namespace ausm::gst {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHead = 4;  // bytes that tell the encoding
constexpr auto kUtf8Mark = "\xef\xbb\xbf"sv;

/// A letter that a line of JSON may begin with, or that people begin a text with.
bool is_letter(char byte) noexcept {
    return byte == '\t' || byte == '\n' || byte == '\r' || (byte >= ' ' && byte < 0x7f);
}

/// UTF-16 and UTF-32 by their byte order marks, or by the zeros around an ASCII letter; nothing for all else.
std::string foreign_encoding_of(std::string_view head) {
    for (const auto mark : {"\xff\xfe\0\0"sv, "\0\0\xfe\xff"sv})
        if (head.starts_with(mark))
            return "UTF-32";
    for (const auto mark : {"\xff\xfe"sv, "\xfe\xff"sv})
        if (head.starts_with(mark))
            return "UTF-16";
    const auto letter_at = [head](std::size_t place, std::size_t bytes) {
        if (head.size() < bytes || !is_letter(head[place]))
            return false;
        for (std::size_t i = 0; i < bytes; ++i)
            if (i != place && head[i] != 0)
                return false;
        return true;
    };
    if (letter_at(0, 4) || letter_at(3, 4))
        return "UTF-32";
    return letter_at(0, 2) || letter_at(1, 2) ? "UTF-16" : "";
}

}  // namespace

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
    auto parsed = parse_text(line, number_, folder_);
    if (auto* prompt = std::get_if<PromptLine>(&parsed))
        return take(PromptEntry(std::move(*prompt), number_));
    if (auto* wrong = std::get_if<PromptError>(&parsed))
        return take(std::move(*wrong));
    return show(std::get<std::vector<PromptLine>>(std::move(parsed)), take);
}

bool PromptLines::show(std::vector<PromptLine> objects, const Take& take) {
    for (PromptLine& object : objects) {
        if (!shown_.insert(object.object).second)
            continue;
        if (shown_.size() > kMaxShown)
            shown_.erase(shown_.begin());  // ids rise, so it is the one that was shown first
        if (!take(PromptEntry(std::move(object), number_)))
            return false;
    }
    return true;
}

bool PromptLines::begin(std::string_view text, const Take& take) {
    begun_ = true;
    foreign_ = foreign_encoding_of(text);
    if (!foreign_.empty())
        return false;
    text.remove_prefix(text.starts_with(kUtf8Mark) ? kUtf8Mark.size() : 0);
    return cut(text, take);
}

bool PromptLines::feed(std::string_view piece, const Take& take) {
    if (begun_)
        return foreign_.empty() && cut(piece, take);
    head_ += piece;
    return head_.size() < kHead || begin(std::exchange(head_, {}), take);
}

bool PromptLines::cut(std::string_view piece, const Take& take) {
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
    if (!begun_ && !begin(std::exchange(head_, {}), take))
        return false;
    const bool more = (line_.empty() && !too_long_) || end_line(take);
    number_ = 0;
    begun_ = false;
    return more;
}

}  // namespace ausm::gst
