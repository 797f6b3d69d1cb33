// SPDX-License-Identifier: MIT
// The JSON form of the grammar, for the two files that read it. Slow to compile: include it nowhere else.
#pragma once

#include "gstausmgrammar.h"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace ausm::gst {

/// A member of the object that breaks the grammar; never leaves the parser.
struct GrammarFailure : std::runtime_error {
    GrammarFailure(std::string which, const std::string& text) : std::runtime_error(text), key(std::move(which)) {}
    std::string key;  // empty: the object itself
};

/// Reads and checks everything but the mask's pixels given as a buffer. Throws GrammarFailure.
[[nodiscard]] PromptLine read_prompt(const nlohmann::json& object);

/// JSON from text with all limits applied: depth, duplicate keys. Throws nlohmann's parse_error or GrammarFailure.
[[nodiscard]] nlohmann::json read_json(std::string_view text);

/// The error with what is no UTF-8 in its text replaced and its end cut off: parsers quote what they stumble over, half a
/// letter or megabytes, and GStreamer's messages refuse such text.
[[nodiscard]] PromptError prompt_error(int line, int column, const std::string& text);

}  // namespace ausm::gst
