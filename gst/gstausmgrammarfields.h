// SPDX-License-Identifier: MIT
// From keys and values to the fields of a line: what the JSON form and the structure form of the grammar share.
#pragma once

#include "gstausmgrammar.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ausm::gst {

/// A member of the line that breaks the grammar; never leaves the parser.
struct GrammarFailure : std::runtime_error {
    GrammarFailure(std::string_view which, const std::string& text) : std::runtime_error(text), key(which) {}
    std::string key;  // empty: the line itself
};

using Row = std::vector<double>;

/// The lists of a line, while they are only numbers: any unit, any label, any length up to kMaxPoints.
struct PromptLists {
    Row box;
    Rows points;
    std::vector<Rows> strokes;
    std::optional<Row> labels;
};

/// Throws GrammarFailure for a name that is no op.
[[nodiscard]] PromptOp op_of(const std::string& name);
[[noreturn]] void refuse_without_op();
/// Throws GrammarFailure unless every key belongs to the op, and the one that it cannot do without is among them.
void check_keys(PromptOp op, const std::vector<std::string>& keys);
/// "" is the default. Throws GrammarFailure.
[[nodiscard]] PromptUnit unit_of(const std::string& name);

/// Whether the key has a list of numbers: box, points, strokes, labels.
[[nodiscard]] bool is_list_key(std::string_view key) noexcept;
/// How the list of a key is written.
[[nodiscard]] std::string list_form(std::string_view key);
[[noreturn]] void refuse_form(std::string_view key);
/// "object: a whole number from 0 to 9 is needed".
[[nodiscard]] std::string whole_needed(std::string_view key, std::int64_t lowest, std::int64_t highest);

/// Puts the list of the line's op into the line, with its labels, and applies every rule. Throws GrammarFailure.
[[nodiscard]] PromptLine finish_line(PromptLine line, const PromptLists& lists);

// A Node is one value of either form: is_list(), size(), at(i) -> Node, and number(key), whole(key), text(key),
// flag(key), which throw GrammarFailure for a value of another kind.

/// What `read` makes of each element of a list of at most so many.
template <typename Node, typename Read>
auto read_each(const Node& node, std::string_view key, std::size_t most, const Read& read) {
    if (!node.is_list() || node.size() > most)
        refuse_form(key);
    std::vector<decltype(read(node))> elements;
    for (std::size_t i = 0; i < node.size(); ++i)
        elements.push_back(read(node.at(i)));
    return elements;
}

template <typename Node>
Row read_row(const Node& node, std::string_view key, std::size_t most) {
    return read_each(node, key, most, [&](const Node& number) { return number.number(key); });
}

template <typename Node>
Rows read_points(const Node& node, std::string_view key, std::size_t most) {
    return read_each(node, key, most, [&](const Node& point) { return read_row(point, key, 3); });
}

template <typename Node>
std::vector<Rows> read_strokes(const Node& node, std::string_view key) {
    std::size_t left = kMaxPoints;
    return read_each(node, key, kMaxPoints, [&](const Node& stroke) {
        Rows points = read_points(stroke, key, left);
        left -= points.size();
        return points;
    });
}

/// The keys that carry a list.
template <typename Node>
void read_list(std::string_view key, const Node& node, PromptLists& lists) {
    if (key == "box")
        lists.box = read_row(node, key, 4);
    else if (key == "points")
        lists.points = read_points(node, key, kMaxPoints);
    else if (key == "strokes")
        lists.strokes = read_strokes(node, key);
    else if (key == "labels")
        lists.labels = read_row(node, key, kMaxPoints);
}

/// The keys that carry one value.
template <typename Node>
void read_value(std::string_view key, const Node& node, PromptLine& line) {
    if (key == "object")
        line.object = node.whole(key);
    else if (key == "frame")
        line.frame = node.whole(key);
    else if (key == "time")
        line.time = node.number(key);
    else if (key == "unit")
        line.unit = unit_of(node.text(key));
    else if (key == "label")
        line.label = node.text(key);
    else if (key == "ref")
        line.ref = node.text(key);
    else if (key == "unless_tracked")
        line.unless_tracked = node.flag(key);
}

}  // namespace ausm::gst
