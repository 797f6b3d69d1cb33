// SPDX-License-Identifier: MIT
// Which prompts of a JSON lines file belong in front of which frame.
#include "gstausmpromptschedule.h"

#include "gst/raii.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <utility>

namespace ausm::gst {

namespace {

GstClockTime nanoseconds(double seconds) { return static_cast<GstClockTime>(seconds * GST_SECOND); }

/// The next line without its end. False at the end of the file; `too_long` when more than kMaxLineBytes were skipped.
bool read_line(std::ifstream& file, std::vector<char>& buffer, std::string& text, bool& too_long) {
    file.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    too_long = file.fail() && count == buffer.size() - 1;
    if (too_long) {
        file.clear();
        file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
        return true;
    }
    if (file.fail())
        return false;
    text.assign(buffer.data(), file.eof() ? count : count - 1);
    return true;
}

}  // namespace

bool PromptSchedule::load(const std::string& path, std::vector<std::string>& bad, std::string& error) {
    at_once_.clear();
    by_frame_.clear();
    by_time_.clear();
    if (!path.empty()) {
        std::ifstream file(path, std::ios::binary);
        if (!file || !g_file_test(path.c_str(), G_FILE_TEST_IS_REGULAR)) {
            error = file ? "it is no ordinary file" : std::strerror(errno);
            return false;
        }
        folder_ = Owned<char>(g_path_get_dirname(path.c_str())).get();
        std::vector<char> buffer(kMaxLineBytes + 2);
        std::string text;
        bool too_long = false;
        for (int number = 1; read_line(file, buffer, text, too_long); ++number) {
            if (too_long) {
                bad.push_back(
                    PromptError{number, 1, "longer than " + std::to_string(kMaxLineBytes) + " bytes"}.message());
                continue;
            }
            if (text.find_first_not_of(" \t\r") == std::string::npos)
                continue;
            PromptParse parsed = parse_prompt(text, number, folder_);
            if (auto* wrong = std::get_if<PromptError>(&parsed))
                bad.push_back(wrong->message());
            else
                add({number, std::move(std::get<PromptLine>(parsed)), text});
        }
    }
    const auto earlier = [](const Entry& a, const Entry& b) {
        return a.line.frame < b.line.frame || (a.line.frame == b.line.frame && a.line.time < b.line.time);
    };
    std::stable_sort(by_frame_.begin(), by_frame_.end(), earlier);
    std::stable_sort(by_time_.begin(), by_time_.end(), earlier);
    restart();
    return true;
}

void PromptSchedule::add(Entry entry) {
    if (entry.line.mask.values.empty())
        entry.text.clear();
    entry.line.mask = {};
    std::vector<Entry>& list = entry.line.frame ? by_frame_ : entry.line.time ? by_time_ : at_once_;
    list.push_back(std::move(entry));
}

void PromptSchedule::restart() {
    next_at_once_ = next_by_frame_ = next_by_time_ = 0;
    frame_ = 0;
    flushed_ = sought_ = false;
}

void PromptSchedule::flush() { flushed_ = sought_ = true; }

void PromptSchedule::give(const Entry& entry, DuePrompts& due) const {
    PromptLine line = entry.line;
    if (!entry.text.empty())
        line = std::get<PromptLine>(parse_prompt(entry.text, entry.number, folder_));
    line.time.reset();
    line.frame.reset();
    if (const auto wrong = load_mask(line))
        due.refused.push_back({std::move(line), "line " + std::to_string(entry.number) + ": " + *wrong});
    else
        due.lines.push_back(std::move(line));
}

DuePrompts PromptSchedule::next(GstClockTime start, GstClockTime end) {
    DuePrompts due;
    while (next_at_once_ < at_once_.size())
        give(at_once_[next_at_once_++], due);
    for (; flushed_ && next_by_frame_ < by_frame_.size(); ++next_by_frame_)
        due.refused.push_back({by_frame_[next_by_frame_].line,
                               "the stream was flushed, so frames are no longer counted from its start: use time"});
    while (next_by_frame_ < by_frame_.size() && *by_frame_[next_by_frame_].line.frame <= frame_)
        give(by_frame_[next_by_frame_++], due);
    ++frame_;
    if (!GST_CLOCK_TIME_IS_VALID(start))
        return due;
    if (std::exchange(sought_, false)) {
        const auto at = std::find_if(by_time_.begin(), by_time_.end(),
                                     [start](const Entry& entry) { return nanoseconds(*entry.line.time) >= start; });
        next_by_time_ = static_cast<std::size_t>(at - by_time_.begin());
    }
    const GstClockTime last = GST_CLOCK_TIME_IS_VALID(end) && end > start ? end - 1 : start;
    while (next_by_time_ < by_time_.size() && nanoseconds(*by_time_[next_by_time_].line.time) <= last)
        give(by_time_[next_by_time_++], due);
    return due;
}

}  // namespace ausm::gst
