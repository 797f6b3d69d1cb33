// SPDX-License-Identifier: MIT
// From keys and values to the fields of a line: what the JSON form and the structure form of the grammar share.
#include "gstausmgrammarfields.h"

#include <algorithm>
#include <array>

namespace ausm::gst {

namespace {

constexpr std::array kOps{PromptOp::kMask,     PromptOp::kBox,    PromptOp::kPoints,
                          PromptOp::kScribble, PromptOp::kRemove, PromptOp::kReset};
constexpr const char* kOpNames = "mask, box, points, scribble, remove or reset";

bool label_of(double number, std::string_view key) {
    if (number != 0 && number != 1)
        throw GrammarFailure(key, std::string(key) + ": a label is the number 0 or 1");
    return number == 1;
}

std::vector<Point> points_of(const Rows& rows, std::string_view key) {
    std::vector<Point> points;
    points.reserve(rows.size());
    for (const Row& row : rows) {
        if (row.size() < 2)
            refuse_form(key);
        points.push_back({row[0], row[1], row.size() < 3 || label_of(row[2], key)});
    }
    return points;
}

bool has_label(const Rows& points) {
    return std::ranges::any_of(points, [](const Row& point) { return point.size() > 2; });
}

/// Labels beside the points, one for each point or stroke: a list of one type of numbers may have no room for them.
void set_labels(PromptLine& line, const PromptLists& lists) {
    if (has_label(lists.points) || std::ranges::any_of(lists.strokes, has_label))
        throw GrammarFailure("labels", "labels stand beside the points or in them, not both");
    const bool strokes = line.op == PromptOp::kScribble;
    if (lists.labels->size() != (strokes ? line.strokes.size() : line.points.size()))
        throw GrammarFailure(
            "labels", std::string("labels must be a list with 0 or 1 for each ") + (strokes ? "stroke" : "point"));
    for (std::size_t i = 0; i < lists.labels->size(); ++i) {
        const bool inside = label_of((*lists.labels)[i], "labels");
        if (!strokes)
            line.points[i].inside = inside;
        else
            for (Point& point : line.strokes[i])
                point.inside = inside;
    }
}

/// The key that an op cannot do without; "": there is none.
const char* data_key(PromptOp op) noexcept {
    switch (op) {
    case PromptOp::kMask: return "mask";
    case PromptOp::kBox: return "box";
    case PromptOp::kPoints: return "points";
    case PromptOp::kScribble: return "strokes";
    default: return "";
    }
}

/// Throws GrammarFailure unless the key belongs to the op.
void check_key(PromptOp op, std::string_view key) {
    const std::string_view data = data_key(op);
    const bool shows = !data.empty();
    const bool known = key == "op" || key == "ref" || key == "time" || key == "frame" ||
                       (key == "object" && op != PromptOp::kReset) || (shows && (key == data || key == "label")) ||
                       (key == "unit" && shows && op != PromptOp::kMask) ||
                       (key == "labels" && (op == PromptOp::kPoints || op == PromptOp::kScribble)) ||
                       (key == "unless_tracked" && (op == PromptOp::kBox || op == PromptOp::kMask));
    if (!known)
        throw GrammarFailure(
            key, "the key '" + std::string(key.substr(0, 32)) + "' is unknown or does not belong to this op");
}

}  // namespace

PromptOp op_of(const std::string& name) {
    for (const PromptOp op : kOps)
        if (name == op_name(op))
            return op;
    throw GrammarFailure("op", "unknown op '" + name.substr(0, 32) + "': " + kOpNames);
}

void refuse_without_op() { throw GrammarFailure("", std::string("the key op is missing: ") + kOpNames); }

void check_keys(PromptOp op, const std::vector<std::string>& keys) {
    for (const std::string& key : keys)
        check_key(op, key);
    const std::string data = data_key(op);
    if (!data.empty() && std::ranges::find(keys, data) == keys.end())
        throw GrammarFailure("", "the key " + data + " is missing");
}

PromptUnit unit_of(const std::string& name) {
    if (!name.empty() && name != "normalised" && name != "pixel")
        throw GrammarFailure("unit", "unit must be normalised or pixel");
    return name == "pixel" ? PromptUnit::kPixel : PromptUnit::kNormalised;
}

bool is_list_key(std::string_view key) noexcept {
    return key == "box" || key == "points" || key == "strokes" || key == "labels";
}

std::string list_form(std::string_view key) {
    const std::string most = std::to_string(kMaxPoints);
    if (key == "box")
        return "[x0, y0, x1, y1]";
    if (key == "labels")
        return "a list with 0 or 1 for each point or stroke";
    if (key == "strokes")
        return "a list of strokes, each a list of points [x, y] or [x, y, label], 1 to " + most + " points in all";
    return "a list of 1 to " + most + " points [x, y] or [x, y, label]";
}

void refuse_form(std::string_view key) { throw GrammarFailure(key, std::string(key) + " must be " + list_form(key)); }

std::string whole_needed(std::string_view key, std::int64_t lowest, std::int64_t highest) {
    return std::string(key) + ": a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest) +
           " is needed";
}

PromptLine finish_line(PromptLine line, const PromptLists& lists) {
    if (line.op == PromptOp::kBox) {
        if (lists.box.size() != line.box.size())
            refuse_form("box");
        std::ranges::copy(lists.box, line.box.begin());
    } else if (line.op == PromptOp::kPoints) {
        line.points = points_of(lists.points, "points");
    } else if (line.op == PromptOp::kScribble) {
        for (const Rows& stroke : lists.strokes)
            line.strokes.push_back(points_of(stroke, "strokes"));
    }
    if (lists.labels)
        set_labels(line, lists);
    if (auto fault = check(line))
        throw GrammarFailure(fault->key, fault->text);
    return line;
}

}  // namespace ausm::gst
