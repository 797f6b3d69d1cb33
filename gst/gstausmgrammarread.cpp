// SPDX-License-Identifier: MIT
// Reads one prompt from a JSON object: known keys only, each of its kind.
#include "gstausmgrammarjson.h"
#include "model/io/coco_rle.h"

#include <cmath>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ausm::gst {

namespace {

using nlohmann::json;

PromptOp read_op(const json& object) {
    const auto found = object.find("op");
    if (found == object.end())
        refuse_without_op();
    return op_of(JsonNode(*found).text("op"));
}

std::int64_t read_whole(const json& value, std::string_view key, std::int64_t lowest, std::int64_t highest) {
    const bool whole = value.is_number_integer() &&
                       (!value.is_number_unsigned() || value.get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
    const std::int64_t number = whole ? value.get<std::int64_t>() : lowest;
    if (!whole || number < lowest || number > highest)
        throw GrammarFailure(key, whole_needed(key, lowest, highest));
    return number;
}

coco::Runs read_counts(const json& runs) {
    if (runs.is_string()) {
        auto read = coco::runs_of_text(runs.get_ref<const std::string&>(), kMaxMaskPixels);
        if (const auto* wrong = std::get_if<std::string>(&read))
            throw GrammarFailure("mask", "the compressed run lengths are damaged: " + *wrong);
        return std::get<coco::Runs>(std::move(read));
    }
    if (!runs.is_array() || runs.empty())
        throw GrammarFailure("mask", "mask must be given with a list of run lengths");
    coco::Runs counts;
    counts.reserve(runs.size());
    for (const json& run : runs)
        counts.push_back(static_cast<std::uint32_t>(read_whole(run, "mask", 0, kMaxMaskPixels)));
    return counts;
}

/// A list of polygons, each a list of rings, each a list of numbers.
std::vector<std::vector<io::Ring>> read_polygons(const json& value) {
    const auto elements = [](const json& list) -> const json& {
        if (!list.is_array())
            throw GrammarFailure("mask", "polygons must be [[[x0, y0, x1, y1, x2, y2], hole, ...], ...]");
        return list;
    };
    std::vector<std::vector<io::Ring>> polygons;
    for (const json& polygon : elements(value)) {
        polygons.emplace_back();
        for (const json& ring : elements(polygon)) {
            auto& numbers = polygons.back().emplace_back();
            for (const json& each : elements(ring)) {
                const double number = JsonNode(each).number("mask");
                if (std::abs(number) > kMaxMaskCoordinate)
                    throw GrammarFailure("mask", kPolygonTooFar);
                numbers.push_back(static_cast<float>(number));
            }
        }
    }
    return polygons;
}

}  // namespace

double JsonNode::number(std::string_view key) const {
    if (!value_.is_number())
        throw GrammarFailure(key, std::string(key) + ": a number is needed");
    return value_.get<double>();
}

std::int64_t JsonNode::whole(std::string_view key) const { return read_whole(value_, key, 0, kMaxObject); }

std::string JsonNode::text(std::string_view key) const {
    if (!value_.is_string())
        throw GrammarFailure(key, std::string(key) + " must be a text");
    return value_.get<std::string>();
}

bool JsonNode::flag(std::string_view key) const {
    if (!value_.is_boolean())
        throw GrammarFailure(key, std::string(key) + " must be true or false");
    return value_.get<bool>();
}

void read_mask(const json& value, PromptLine& line) {
    if (value.is_string()) {
        line.mask_path = value.get<std::string>();
        return;
    }
    if (!value.is_object() || value.size() != 2 || !value.contains("size") ||
        !(value.contains("counts") || value.contains("polygons")))
        throw GrammarFailure("mask",
                             "mask must be a path, or {\"size\": [height, width], \"counts\": run lengths}, or "
                             "the same with polygons in place of counts");
    const json& size = value["size"];
    if (!size.is_array() || size.size() != 2)
        throw GrammarFailure("mask", "mask must be given with size [height, width]");
    const auto height = static_cast<int>(read_whole(size[0], "mask", 1, kMaxMaskSide));
    const auto width = static_cast<int>(read_whole(size[1], "mask", 1, kMaxMaskSide));
    if (value.contains("counts"))
        line.mask_runs = MaskRuns{height, width, read_counts(value["counts"])};
    else
        line.mask_polygons = MaskPolygons{height, width, read_polygons(value["polygons"])};
}

PromptLine read_prompt(const json& object) {
    if (!object.is_object())
        throw GrammarFailure("", "a prompt is a JSON object");
    PromptLine line(read_op(object));
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items())
        keys.push_back(key);
    check_keys(line.op, keys);
    PromptLists lists;
    for (const auto& [key, value] : object.items()) {
        if (key == "mask")
            read_mask(value, line);
        else if (is_list_key(key))
            read_list(key, JsonNode(value), lists);
        else
            read_value(key, JsonNode(value), line);
    }
    return finish_line(std::move(line), lists);
}

}  // namespace ausm::gst
