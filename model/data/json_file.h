// SPDX-License-Identifier: MIT
// JSON files: small ones whole, large indices one item at a time.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <set>
#include <string>

namespace ausm::data {

/// Throws std::runtime_error that names the file: not there, no JSON (with the place).
[[nodiscard]] nlohmann::json read_json(const std::string& path);

/// `where` is how errors about the item begin: "instances.json: annotations[17]".
using JsonItem = std::function<void(const std::string& list, std::size_t index, const nlohmann::json& item,
                                    const std::string& where)>;

/// A file whose top is an object of lists: calls `item` for each object in one of `lists`, in the file's order, and
/// forgets it afterwards: an index of gigabytes needs the memory of what `item` keeps. Throws std::runtime_error that
/// names the file: not there, no JSON, one of `lists` missing, not a list, or with something else than objects in it.
void read_json_lists(const std::string& path, const std::set<std::string>& lists, const JsonItem& item);

}  // namespace ausm::data
