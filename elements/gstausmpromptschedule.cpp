// SPDX-License-Identifier: MIT
// Which prompts of a JSON lines file belong in front of which frame.
#include "gstausmpromptschedule.h"

#include "gst/raii.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
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

bool PromptSchedule::load(const std::string& path, BadLines& bad, std::string& error) {
    clear();
    error = path.empty() ? "" : read(path, bad);
    if (!error.empty())
        clear();
    const auto earlier = [](const Entry& a, const Entry& b) {
        return a.frame < b.frame || (a.frame == b.frame && a.time < b.time);
    };
    std::stable_sort(by_frame_.begin(), by_frame_.end(), earlier);
    std::stable_sort(by_time_.begin(), by_time_.end(), earlier);
    restart();
    return error.empty();
}

void PromptSchedule::clear() {
    at_once_.clear();
    by_frame_.clear();
    by_time_.clear();
}

/// The text of what is wrong with the file; empty when its lines are read.
std::string PromptSchedule::read(const std::string& path, BadLines& bad) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(path, failure);  // of an ordinary file; nothing else is opened
    if (failure)
        return g_file_test(path.c_str(), G_FILE_TEST_EXISTS) ? "it is no ordinary file" : failure.message();
    if (size > kMaxFileBytes)
        return "it is larger than " + std::to_string(kMaxFileBytes >> 20) + " MiB";
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return std::strerror(errno);
    folder_ = Owned<char>(g_path_get_dirname(path.c_str())).get();
    std::vector<char> buffer(kMaxLineBytes + 2);
    std::string text;
    bool too_long = false;
    for (int number = 1; read_line(file, buffer, text, too_long); ++number) {
        if (!too_long && text.find_first_not_of(" \t\r") == std::string::npos)
            continue;
        PromptParse parsed = too_long
                                 ? PromptError{number, 1, "longer than " + std::to_string(kMaxLineBytes) + " bytes"}
                                 : parse_prompt(text, number, folder_);
        if (const auto* wrong = std::get_if<PromptError>(&parsed)) {
            if (bad.first.size() < BadLines::kTold)
                bad.first.push_back(wrong->message());
            if (++bad.count > kMaxBadLines)
                return "more than " + std::to_string(kMaxBadLines) + " of its lines are no prompts, the first is " +
                       bad.first.front();
            continue;
        }
        if (at_once_.size() + by_frame_.size() + by_time_.size() == kMaxPrompts)
            return "it has more than " + std::to_string(kMaxPrompts) + " prompts";
        add(number, std::get<PromptLine>(parsed), text);
    }
    return {};
}

void PromptSchedule::add(int number, const PromptLine& line, std::string text) {
    std::vector<Entry>& list = line.frame ? by_frame_ : line.time ? by_time_ : at_once_;
    list.push_back({number, line.time, line.frame, std::move(text)});
}

PromptLine PromptSchedule::line_of(const Entry& entry) const {
    return std::get<PromptLine>(parse_prompt(entry.text, entry.number, folder_));
}

void PromptSchedule::restart() {
    next_at_once_ = next_by_frame_ = next_by_time_ = 0;
    frame_ = 0;
    flushed_ = sought_ = false;
}

void PromptSchedule::flush() { flushed_ = sought_ = true; }

void PromptSchedule::give(const Entry& entry, DuePrompts& due) const {
    PromptLine line = line_of(entry);
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
        due.refused.push_back({line_of(by_frame_[next_by_frame_]),
                               "the stream was flushed, so frames are no longer counted from its start: use time"});
    while (next_by_frame_ < by_frame_.size() && *by_frame_[next_by_frame_].frame <= frame_)
        give(by_frame_[next_by_frame_++], due);
    ++frame_;
    if (!GST_CLOCK_TIME_IS_VALID(start))
        return due;
    if (std::exchange(sought_, false)) {
        const auto at = std::find_if(by_time_.begin(), by_time_.end(),
                                     [start](const Entry& entry) { return nanoseconds(*entry.time) >= start; });
        next_by_time_ = static_cast<std::size_t>(at - by_time_.begin());
    }
    const GstClockTime last = GST_CLOCK_TIME_IS_VALID(end) && end > start ? end - 1 : start;
    while (next_by_time_ < by_time_.size() && nanoseconds(*by_time_[next_by_time_].time) <= last)
        give(by_time_[next_by_time_++], due);
    return due;
}

}  // namespace ausm::gst
