// SPDX-License-Identifier: MIT
// JSON that may come from anywhere, read strictly.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ausm::io {

/// The text is JSON, but is nested too deeply or has a key twice.
class JsonRuleError : public std::runtime_error {
public:
    JsonRuleError(const std::string& what, std::string key) : std::runtime_error(what), key_(std::move(key)) {}
    /// The key that stands twice; "" for what is nested too deeply.
    [[nodiscard]] const std::string& key() const { return key_; }

private:
    std::string key_;
};

enum class JsonComments { kNo, kYes };

/// The value of a text. most_depth: how many lists and objects may lie in each other (a text of brackets alone would need
/// a hundred times its size as values). A key may stand once in an object, because readers differ in which of two counts.
/// Throws JsonRuleError, and nlohmann::json::exception for what is no JSON (a parse_error knows the byte).
[[nodiscard]] nlohmann::json parse_json(std::string_view text, int most_depth,
                                        JsonComments comments = JsonComments::kNo);

/// Nothing where `value` is no whole number from `low` to `high`.
[[nodiscard]] std::optional<std::int64_t> whole_number(const nlohmann::json& value, std::int64_t low,
                                                       std::int64_t high);

}  // namespace ausm::io
