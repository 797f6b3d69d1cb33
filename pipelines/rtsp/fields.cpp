// SPDX-License-Identifier: MIT
// Checked reading of a JSON object.
#include "pipelines/rtsp/fields.h"

#include <algorithm>
#include <cmath>

namespace ausm::rtsp {

namespace {

bool holds_value(JsonNode* node, GType type) {
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

bool holds_number(JsonNode* node) { return holds_value(node, G_TYPE_INT64) || holds_value(node, G_TYPE_DOUBLE); }

/// Without the zeros that a fixed number of digits brings.
std::string number_text(double value) {
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_ascii_formatd(text, sizeof text, "%.12g", value);
}

std::string value_text(JsonNode* node, const std::string& path) {
    if (holds_value(node, G_TYPE_STRING))
        return json_node_get_string(node);
    if (holds_value(node, G_TYPE_BOOLEAN))
        return json_node_get_boolean(node) ? "true" : "false";
    if (holds_value(node, G_TYPE_INT64))
        return std::to_string(json_node_get_int(node));
    if (holds_value(node, G_TYPE_DOUBLE))
        return number_text(json_node_get_double(node));
    throw Failure(path + ": a text, a number, true or false is expected.");
}

}  // namespace

double number_in(JsonNode* node, const std::string& path, double least, double most) {
    const std::string range = "a number from " + number_text(least) + " to " + number_text(most) + " is expected";
    if (!holds_number(node))
        throw Failure(path + ": " + range + ".");
    const double value = json_node_get_double(node);
    if (!(value >= least && value <= most))
        throw Failure(path + ": " + range + ", not " + number_text(value) + ".");
    return value;
}

Fields::Fields(JsonNode* node, std::string path) : path_(std::move(path)) {
    if (!node || !JSON_NODE_HOLDS_OBJECT(node))
        throw Failure(path_ + ": an object { ... } is expected.");
    object_ = json_node_get_object(node);
}

JsonNode* Fields::node(const char* name) {
    known_.insert(name);
    return json_object_get_member(object_, name);
}

std::string Fields::text(const char* name, const std::string& fallback) {
    JsonNode* found = node(name);
    if (!found)
        return fallback;
    if (!holds_value(found, G_TYPE_STRING))
        throw Failure(path(name) + ": a text in quotes is expected.");
    return json_node_get_string(found);
}

double Fields::number(const char* name, double fallback, double least, double most) {
    JsonNode* found = node(name);
    return found ? number_in(found, path(name), least, most) : fallback;
}

int Fields::integer(const char* name, int fallback, int least, int most) {
    const double value = number(name, fallback, least, most);
    if (value != std::floor(value))
        throw Failure(path(name) + ": a whole number is expected, not " + number_text(value) + ".");
    return static_cast<int>(value);
}

bool Fields::flag(const char* name, bool fallback) {
    JsonNode* found = node(name);
    if (!found)
        return fallback;
    if (!holds_value(found, G_TYPE_BOOLEAN))
        throw Failure(path(name) + ": true or false is expected.");
    return json_node_get_boolean(found);
}

int Fields::choice(const char* name, const std::vector<std::string>& names) {
    const std::string value = text(name, names.front());
    const auto found = std::find(names.begin(), names.end(), value);
    if (found != names.end())
        return static_cast<int>(found - names.begin());
    std::string known;
    for (const std::string& one : names)
        known += (known.empty() ? "" : ", ") + one;
    throw Failure(path(name) + ": '" + value + "' is not known; use one of: " + known + ".");
}

std::vector<std::pair<JsonNode*, std::string>> Fields::list(const char* name) {
    JsonNode* found = node(name);
    std::vector<std::pair<JsonNode*, std::string>> items;
    if (!found)
        return items;
    if (!JSON_NODE_HOLDS_ARRAY(found))
        throw Failure(path(name) + ": a list [ ... ] is expected.");
    JsonArray* array = json_node_get_array(found);
    for (guint i = 0; i < json_array_get_length(array); ++i)
        items.emplace_back(json_array_get_element(array, i), path(name) + "[" + std::to_string(i) + "]");
    return items;
}

Properties Fields::properties(const char* name) {
    JsonNode* found = node(name);
    Properties properties;
    if (!found)
        return properties;
    Fields inner(found, path(name));
    JsonObjectIter iterator;
    const char* member = nullptr;
    JsonNode* value = nullptr;
    json_object_iter_init_ordered(&iterator, inner.object_);
    while (json_object_iter_next_ordered(&iterator, &member, &value))
        properties.push_back({member, value_text(value, inner.path(member)), inner.path(member)});
    return properties;
}

void Fields::finish() const {
    JsonObjectIter iterator;
    const char* member = nullptr;
    json_object_iter_init_ordered(&iterator, object_);
    while (json_object_iter_next_ordered(&iterator, &member, nullptr))
        if (known_.count(member) == 0)
            throw Failure(path(member) + ": there is no such setting; pipelines/rtsp/README.md lists them.");
}

}  // namespace ausm::rtsp
