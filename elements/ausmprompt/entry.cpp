// SPDX-License-Identifier: MIT
// One prompt that waits for its frame, and what a frame gets.
#include "entry.h"

#include <cmath>
#include <utility>

namespace ausm::gst {

PromptEntry::PromptEntry(const PromptLine& line) : frame(line.frame) {
    if (line.time)
        time = static_cast<GstClockTime>(std::llround(*line.time * GST_SECOND));
}

std::variant<PromptEntry, PromptError> PromptEntry::from_text(std::string_view text, int number,
                                                              const std::string& folder) {
    auto parsed = parse_prompt(text, number, folder);
    if (auto* wrong = std::get_if<PromptError>(&parsed))
        return std::move(*wrong);
    PromptEntry entry(std::get<PromptLine>(parsed));
    entry.text_ = text;
    entry.number_ = number;
    return entry;
}

std::variant<PromptEntry, PromptError> PromptEntry::from_structure(const GstStructure* structure) {
    auto parsed = parse_prompt(structure);
    if (auto* wrong = std::get_if<PromptError>(&parsed))
        return std::move(*wrong);
    PromptEntry entry(std::get<PromptLine>(parsed));
    entry.structure_.reset(gst_structure_copy(structure));
    return entry;
}

std::string PromptEntry::place() const { return number_ > 0 ? "line " + std::to_string(number_) + ": " : ""; }

PromptLine PromptEntry::line(const std::string& folder) const {
    auto parsed = structure_ ? parse_prompt(structure_.get()) : parse_prompt(text_, number_, folder);
    PromptLine line = std::move(std::get<PromptLine>(parsed));
    line.time.reset();
    line.frame.reset();
    line.late = line.clipped = false;
    return line;
}

void DuePrompts::give(const PromptEntry& entry, const std::string& folder, bool late) {
    PromptLine line = entry.line(folder);
    line.late = late;
    if (const auto wrong = load_mask(line))
        refused.push_back({std::move(line), entry.place() + *wrong});
    else
        lines.push_back(std::move(line));
}

void DuePrompts::refuse(const PromptEntry& entry, const std::string& folder, std::string reason) {
    refused.push_back({entry.line(folder), std::move(reason)});
}

}  // namespace ausm::gst
