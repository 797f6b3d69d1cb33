// SPDX-License-Identifier: MIT
// Reads what maskjson has written about a frame: every object becomes a prompt that shows it.
#include "gstausmgrammarjson.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ausm::gst {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 10> kFrameKeys{
    "time", "running_time", "capture_time", "capture_clock", "width", "height", "fresh", "model", "serial", "objects"};
constexpr std::array<std::string_view, 9> kObjectKeys{"id",     "value", "label", "score", "state",
                                                      "origin", "area",  "box",   "mask"};

template <std::size_t N>
void check_known(const json& object, const std::array<std::string_view, N>& keys, const char* what) {
    for (const auto& [key, value] : object.items())
        if (std::ranges::find(keys, key) == keys.end())
            throw GrammarFailure(key, "the key '" + key.substr(0, 32) + "' does not belong to " + what);
}

/// Nothing for an object without pixels: it was not seen on this frame.
std::optional<PromptLine> read_object(const json& object, std::optional<double> time) {
    if (!object.is_object())
        throw GrammarFailure("objects", "objects must be a list of JSON objects");
    check_known(object, kObjectKeys, "an object of a frame");
    if (!object.contains("id"))
        throw GrammarFailure("objects", "an object of a frame needs its id");
    const bool has_mask = object.contains("mask");
    if (!has_mask && !object.contains("box"))
        return std::nullopt;
    PromptLine line(has_mask ? PromptOp::kMask : PromptOp::kBox);
    line.object = JsonNode(object["id"]).whole("id");
    line.time = time;
    if (line.object == 0)
        throw GrammarFailure("objects", "the id of an object is a whole number from 1 on");
    if (object.contains("label"))
        line.label = JsonNode(object["label"]).text("label");
    PromptLists lists;
    if (!has_mask)
        read_list("box", JsonNode(object["box"]), lists);
    else if (object["mask"].is_string())
        throw GrammarFailure("objects", "the mask of an object of a frame is no path");
    else
        read_mask(object["mask"], line);
    return finish_line(std::move(line), lists);
}

}  // namespace

std::vector<PromptLine> read_frame(const json& object) {
    check_known(object, kFrameKeys, "a frame");
    std::vector<PromptLine> prompts;
    const bool fresh = JsonNode(object["fresh"]).flag("fresh");
    std::optional<double> time;
    if (object.contains("time"))
        time = JsonNode(object["time"]).number("time");
    const auto objects = object.find("objects");
    if (objects == object.end())
        return prompts;
    if (!objects->is_array())
        throw GrammarFailure("objects", "objects must be a list of JSON objects");
    for (const json& each : *objects)
        if (auto line = read_object(each, time); line && fresh)
            prompts.push_back(std::move(*line));
    return prompts;
}

}  // namespace ausm::gst
