// SPDX-License-Identifier: MIT
// One prompt that waits for its frame, and what a frame gets.
#include "entry.h"

#include <cmath>
#include <utility>

namespace ausm::gst {

PromptEntry::PromptEntry(PromptLine line, int number)
    : frame(std::exchange(line.frame, std::nullopt)), line_(std::move(line)), number_(number) {
    if (line_.time)
        time = static_cast<GstClockTime>(std::llround(*line_.time * GST_SECOND));
    line_.time.reset();
    line_.late = line_.clipped = false;  // found out here
}

std::variant<PromptEntry, PromptError> PromptEntry::from_structure(const GstStructure* structure) {
    auto parsed = parse_prompt(structure);
    if (auto* wrong = std::get_if<PromptError>(&parsed))
        return std::move(*wrong);
    return PromptEntry(std::move(std::get<PromptLine>(parsed)), 0);
}

std::size_t PromptEntry::bytes() const noexcept {
    std::size_t bytes = sizeof(PromptLine) + line_.points.capacity() * sizeof(Point);
    for (const auto& stroke : line_.strokes)
        bytes += sizeof(stroke) + stroke.capacity() * sizeof(Point);
    if (line_.mask_polygons)
        for (const auto& polygon : line_.mask_polygons->polygons)
            for (const auto& ring : polygon)
                bytes += sizeof(polygon) + sizeof(ring) + ring.capacity() * sizeof(float);
    return bytes + (line_.mask_runs ? line_.mask_runs->counts.capacity() * sizeof(std::uint32_t) : 0);
}

std::string PromptEntry::place() const { return number_ > 0 ? "line " + std::to_string(number_) + ": " : ""; }

void DuePrompts::give(PromptEntry entry, bool late) {
    const std::string place = entry.place();
    PromptLine line = std::move(entry).line();
    line.late = late;
    if (const auto wrong = load_mask(line))
        refused.push_back({std::move(line), place + *wrong});
    else
        lines.push_back(std::move(line));
}

void DuePrompts::refuse(PromptEntry entry, std::string reason) {
    refused.push_back({std::move(entry).line(), std::move(reason)});
}

}  // namespace ausm::gst
