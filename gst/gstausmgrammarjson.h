// SPDX-License-Identifier: MIT
// The JSON form of the grammar, for the files that read it. Slow to compile: include it nowhere else.
#pragma once

#include "gstausmgrammarfields.h"

#include <nlohmann/json.hpp>

namespace ausm::gst {

/// A JSON value as the grammar reads it (see gstausmgrammarfields.h). The value outlives it.
class JsonNode {
public:
    explicit JsonNode(const nlohmann::json& value) : value_(value) {}

    [[nodiscard]] bool is_list() const { return value_.is_array(); }
    [[nodiscard]] std::size_t size() const { return value_.size(); }
    [[nodiscard]] JsonNode at(std::size_t i) const { return JsonNode(value_[i]); }
    [[nodiscard]] double number(std::string_view key) const;
    [[nodiscard]] std::int64_t whole(std::string_view key) const;
    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] bool flag(std::string_view key) const;

private:
    const nlohmann::json& value_;
};

/// A line of JSON. Throws GrammarFailure.
[[nodiscard]] PromptLine read_prompt(const nlohmann::json& object);

/// What maskjson has seen on a frame: the prompts that show it. Throws GrammarFailure.
[[nodiscard]] std::vector<PromptLine> read_frame(const nlohmann::json& object);

/// The member "mask": a path, run lengths, or polygons. Throws GrammarFailure.
void read_mask(const nlohmann::json& value, PromptLine& line);

/// JSON from text with all limits applied: depth, duplicate keys. Throws nlohmann's parse_error or GrammarFailure.
[[nodiscard]] nlohmann::json read_json(std::string_view text);

/// The error with what is no UTF-8 in its text replaced and its end cut off: parsers quote what they stumble over, half a
/// letter or megabytes, and GStreamer's messages refuse such text.
[[nodiscard]] PromptError prompt_error(int line, int column, const std::string& text);

}  // namespace ausm::gst
