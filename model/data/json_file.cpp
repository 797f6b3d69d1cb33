// SPDX-License-Identifier: MIT
// The parser's callback sees each item as soon as it is whole, and drops it from the document.
#include "data/json_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>

namespace ausm::data {
namespace {

using nlohmann::json;

json parse(const std::string& path, const json::parser_callback_t& callback) {
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("'" + path + "' cannot be read: " + std::strerror(errno));
    try {
        return json::parse(file, callback);
    } catch (const json::exception& error) {
        throw std::runtime_error("'" + path + "' is no JSON: " + error.what());
    }
}

}  // namespace

json read_json(const std::string& path) { return parse(path, nullptr); }

void read_json_lists(const std::string& path, const std::set<std::string>& lists, const JsonItem& item) {
    // Depths as the parser counts them: 0 the top object, 1 its keys and lists, 2 the items.
    std::string list;
    std::map<std::string, std::size_t> counts;
    const auto step = [&](int depth, json::parse_event_t event, json& value) {
        if (depth == 1 && event == json::parse_event_t::key)
            list = value.get<std::string>();
        if (depth != 2 || event != json::parse_event_t::object_end || !lists.contains(list))
            return true;
        const auto index = counts[list]++;
        item(list, index, value, path + ": " + list + "[" + std::to_string(index) + "]");
        return false;
    };
    const auto rest = parse(path, step);
    if (!rest.is_object())
        throw std::runtime_error(path + ": must be an object, not " + rest.type_name());
    for (const auto& name : lists) {
        const auto found = rest.find(name);
        if (found == rest.end())
            throw std::runtime_error(path + ": " + name + ": is missing");
        if (!found->is_array() || !found->empty())
            throw std::runtime_error(path + ": " + name + ": must be a list of objects");
    }
}

}  // namespace ausm::data
