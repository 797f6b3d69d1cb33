// SPDX-License-Identifier: MIT
// Which prompts of a JSON lines file belong in front of which frame.
#include "schedule.h"

#include "gst/raii.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <variant>

namespace ausm::gst {

bool PromptSchedule::load(const std::string& path, BadLines& bad, std::string& error) {
    clear();
    error = path.empty() ? "" : read(path, bad);
    if (!error.empty())
        clear();
    std::ranges::stable_sort(by_frame_, {}, &PromptEntry::frame);
    std::ranges::stable_sort(by_time_, {}, &PromptEntry::time);
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
    const Owned<char> folder(g_path_get_dirname(path.c_str()));
    std::string error;
    const auto take = [&](std::variant<PromptEntry, PromptError> parsed) { return add(std::move(parsed), bad, error); };
    PromptLines lines(folder.get());
    std::vector<char> block(std::size_t{1} << 16);
    bool more = true;
    while (more && file) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        more = lines.feed({block.data(), static_cast<std::size_t>(file.gcount())}, take);
    }
    if (more && file.bad())
        return "reading it failed";
    if (more)
        lines.finish(take);
    if (!lines.foreign_encoding().empty())
        return "the file is " + lines.foreign_encoding() + "; save it as UTF-8";
    return error;
}

bool PromptSchedule::add(std::variant<PromptEntry, PromptError> parsed, BadLines& bad, std::string& error) {
    if (const auto* wrong = std::get_if<PromptError>(&parsed)) {
        if (!bad.add(*wrong))
            error = "more than " + std::to_string(BadLines::kMost) + " of its lines are no prompts, the first is " +
                    bad.first.front();
    } else if (at_once_.size() + by_frame_.size() + by_time_.size() == kMaxPrompts) {
        error = "it has more than " + std::to_string(kMaxPrompts) + " prompts";
    } else {
        auto& entry = std::get<PromptEntry>(parsed);
        (entry.frame ? by_frame_ : entry.time ? by_time_ : at_once_).push_back(std::move(entry));
    }
    return error.empty();
}

void PromptSchedule::restart() noexcept { next_at_once_ = next_by_frame_ = 0; }

void PromptSchedule::give(const FrameSpan& span, DuePrompts& due) {
    while (next_at_once_ < at_once_.size())
        due.give(at_once_[next_at_once_++]);
    for (; !span.frame && next_by_frame_ < by_frame_.size(); ++next_by_frame_)
        due.refuse(by_frame_[next_by_frame_], kFramesUncounted);
    while (next_by_frame_ < by_frame_.size() && *by_frame_[next_by_frame_].frame <= *span.frame)
        due.give(by_frame_[next_by_frame_++]);
    if (!span.timed)
        return;
    for (auto next = std::ranges::lower_bound(by_time_, span.from, {}, [](const auto& entry) { return *entry.time; });
         next != by_time_.end() && span.has(*next->time); ++next)
        due.give(*next);
}

}  // namespace ausm::gst
