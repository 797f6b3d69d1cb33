// SPDX-License-Identifier: MIT
// The parser's callback sees every level and key before the value is built.
#include "io/strict_json.h"

#include <limits>
#include <set>
#include <vector>

namespace ausm::io {

using nlohmann::json;

json parse_json(std::string_view text, int most_depth, JsonComments comments) {
    constexpr std::size_t kShown = 64;  // bytes of a key in messages
    std::vector<std::set<std::string>> keys;
    const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
        if (depth > most_depth)
            throw JsonRuleError("nested too deeply", "");
        if (event == json::parse_event_t::object_start) {
            keys.emplace_back();
        } else if (event == json::parse_event_t::object_end) {
            keys.pop_back();
        } else if (event == json::parse_event_t::key) {
            auto key = parsed.get<std::string>();
            if (!keys.back().insert(key).second)
                throw JsonRuleError("the key '" + key.substr(0, kShown) + "' stands twice", key);
        }
        return true;
    };
    return json::parse(text.begin(), text.end(), check, /*allow_exceptions=*/true, comments == JsonComments::kYes);
}

std::optional<std::int64_t> whole_number(const json& value, std::int64_t low, std::int64_t high) {
    if (!value.is_number_integer())
        return std::nullopt;
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost)
        return std::nullopt;
    const auto number = value.get<std::int64_t>();
    return number < low || number > high ? std::nullopt : std::optional(number);
}

}  // namespace ausm::io
