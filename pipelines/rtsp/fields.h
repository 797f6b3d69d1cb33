// SPDX-License-Identifier: MIT
// Reads a JSON object member by member; what is wrong is named by its path, as $.cameras[0].size[1].
#pragma once

#include "pipelines/rtsp/owner.h"

#include <set>
#include <string>
#include <vector>

namespace ausm::rtsp {

/// One property of an element, as text, and where the configuration has it.
struct Property {
    std::string name, value, path;
};
using Properties = std::vector<Property>;

/// Thread-bound. Everything throws Failure; finish() does for members that nobody has asked for.
class Fields {
public:
    /// `node` is borrowed.
    Fields(JsonNode* node, std::string path);

    /// The member as text; `fallback` when it is missing.
    [[nodiscard]] std::string text(const char* name, const std::string& fallback);
    [[nodiscard]] double number(const char* name, double fallback, double least, double most);
    [[nodiscard]] int integer(const char* name, int fallback, int least, int most);
    [[nodiscard]] bool flag(const char* name, bool fallback);
    /// The place of the member's text among `names`; the first when it is missing.
    [[nodiscard]] int choice(const char* name, const std::vector<std::string>& names);
    /// Nodes of a list with their paths; empty when it is missing.
    [[nodiscard]] std::vector<std::pair<JsonNode*, std::string>> list(const char* name);
    /// Members of an object, each a text, number or boolean; empty when it is missing.
    [[nodiscard]] Properties properties(const char* name);
    /// The node of a member; null when it is missing.
    [[nodiscard]] JsonNode* node(const char* name);
    void finish() const;

    [[nodiscard]] std::string path(const std::string& name) const { return path_ + "." + name; }

private:
    JsonObject* object_;
    std::string path_;
    std::set<std::string> known_;
};

/// A number of a list, checked.
[[nodiscard]] double number_in(JsonNode* node, const std::string& path, double least, double most);

}  // namespace ausm::rtsp
