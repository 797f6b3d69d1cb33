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
/// Throws GrammarFailure unless the key belongs to the op.
void check_key(PromptOp op, std::string_view key);
/// The key that an op cannot do without; "": there is none.
[[nodiscard]] const char* data_key(PromptOp op) noexcept;
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

template <typename Node>
Row read_row(const Node& node, std::string_view key, std::size_t most) {
    if (!node.is_list() || node.size() > most)
        refuse_form(key);
    Row row;
    for (std::size_t i = 0; i < node.size(); ++i)
        row.push_back(node.at(i).number(key));
    return row;
}

template <typename Node>
Rows read_points(const Node& node, std::string_view key, std::size_t most) {
    if (!node.is_list() || node.size() > most)
        refuse_form(key);
    Rows rows;
    for (std::size_t i = 0; i < node.size(); ++i)
        rows.push_back(read_row(node.at(i), key, 3));
    return rows;
}

template <typename Node>
std::vector<Rows> read_strokes(const Node& node, std::string_view key) {
    if (!node.is_list() || node.size() > kMaxPoints)
        refuse_form(key);
    std::vector<Rows> strokes;
    std::size_t left = kMaxPoints;
    for (std::size_t i = 0; i < node.size(); ++i) {
        strokes.push_back(read_points(node.at(i), key, left));
        left -= strokes.back().size();
    }
    return strokes;
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
