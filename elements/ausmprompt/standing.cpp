// SPDX-License-Identifier: MIT
// The prompts that are given as properties of ausmprompt.
#include "standing.h"

#include <stdexcept>
#include <utility>

namespace ausm::gst {

namespace {

/// Names the property; never leaves this file.
struct BadProperty : std::runtime_error {
    using std::runtime_error::runtime_error;
};

Rows rows(const std::string& property, const std::string& text, std::size_t least, std::size_t most) {
    auto parsed = parse_rows(text);
    if (const auto* wrong = std::get_if<PromptError>(&parsed))
        throw BadProperty("property " + property + ": " + wrong->text);
    for (const auto& row : std::get<Rows>(parsed)) {
        if (row.size() < least || row.size() > most)
            throw BadProperty("property " + property + ": a row has " + std::to_string(row.size()) + " numbers");
    }
    return std::get<Rows>(parsed);
}

PromptLine start(const StandingPrompts& standing, PromptOp op, std::int64_t object) {
    PromptLine line(op);
    line.object = object;
    line.unit = standing.unit;
    line.label = standing.label;
    return line;
}

void keep(std::vector<PromptLine>& lines, const std::string& property, PromptLine line) {
    if (const auto fault = check(line))
        throw BadProperty("property " + property + ": " + fault->text);
    lines.push_back(std::move(line));
}

void add_boxes(const StandingPrompts& standing, std::vector<PromptLine>& lines) {
    std::int64_t object = standing.object;
    for (const auto& row : rows("box", standing.box, 4, 4)) {
        PromptLine line = start(standing, PromptOp::kBox, object);
        line.box = {row[0], row[1], row[2], row[3]};
        keep(lines, "box", std::move(line));
        object += object != 0 ? 1 : 0;
    }
}

void add_points(const StandingPrompts& standing, std::vector<PromptLine>& lines) {
    PromptLine line = start(standing, PromptOp::kPoints, standing.object);
    for (const auto& row : rows("points", standing.points, 2, 3)) {
        if (row.size() == 3 && row[2] != 0 && row[2] != 1)
            throw BadProperty("property points: a label is 0 or 1");
        line.points.push_back({row[0], row[1], row.size() < 3 || row[2] == 1});
    }
    keep(lines, "points", std::move(line));
}

void add_mask(const StandingPrompts& standing, std::vector<PromptLine>& lines) {
    PromptLine line = start(standing, PromptOp::kMask, standing.object);
    line.mask_path = standing.mask_location;
    if (const auto wrong = load_mask(line))
        throw BadProperty("property mask-location: " + *wrong);
    keep(lines, "mask-location", std::move(line));
}

}  // namespace

std::variant<std::vector<PromptLine>, std::string> StandingPrompts::lines(guint kinds) const {
    std::vector<PromptLine> result;
    try {
        if ((kinds & kStandingMask) != 0 && !mask_location.empty())
            add_mask(*this, result);
        if ((kinds & kStandingBox) != 0 && !box.empty())
            add_boxes(*this, result);
        if ((kinds & kStandingPoints) != 0 && !points.empty())
            add_points(*this, result);
    } catch (const BadProperty& failure) {
        return std::string(failure.what());
    }
    return result;
}

}  // namespace ausm::gst
