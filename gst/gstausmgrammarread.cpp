// SPDX-License-Identifier: MIT
// Reads one prompt from a JSON object: known keys only, every number finite and in range, every list bounded.
#include "gstausmcoordinates.h"
#include "gstausmgrammarjson.h"
#include "model/io/coco_rle.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

namespace ausm::gst {

namespace {

using nlohmann::json;

constexpr double kMaxCoordinate = 65536;  // in either unit
constexpr const char* kNotInside =
    "outside the picture, which goes from 0 to 1; where pixels are meant, set unit to pixel";
constexpr double kMaxSeconds = 1e9;

struct OpKeys {
    PromptOp op;
    std::string_view data;  // the key that carries it; empty: none
};

OpKeys read_op(const json& object) {
    const auto found = object.find("op");
    if (found == object.end())
        throw GrammarFailure("", "the key op is missing: mask, box, points, scribble, remove or reset");
    if (!found->is_string())
        throw GrammarFailure("op", "op must be a text");
    const auto& name = found->get_ref<const std::string&>();
    if (name == "mask")
        return {PromptOp::kMask, "mask"};
    if (name == "box")
        return {PromptOp::kBox, "box"};
    if (name == "points")
        return {PromptOp::kPoints, "points"};
    if (name == "scribble")
        return {PromptOp::kScribble, "strokes"};
    if (name == "remove")
        return {PromptOp::kRemove, ""};
    if (name == "reset")
        return {PromptOp::kReset, ""};
    throw GrammarFailure("op", "unknown op '" + name.substr(0, 32) + "': mask, box, points, scribble, remove or reset");
}

void check_keys(const json& object, const OpKeys& keys) {
    const bool shows = !keys.data.empty();
    for (const auto& [key, value] : object.items()) {
        const bool known = key == "op" || key == "ref" || key == "time" || key == "frame" ||
                           (key == "object" && keys.op != PromptOp::kReset) ||
                           (shows && (key == keys.data || key == "label")) ||
                           (key == "unit" && shows && keys.op != PromptOp::kMask) ||
                           (key == "labels" && (keys.op == PromptOp::kPoints || keys.op == PromptOp::kScribble)) ||
                           (key == "unless_tracked" && (keys.op == PromptOp::kBox || keys.op == PromptOp::kMask));
        if (!known)
            throw GrammarFailure(key, "the key '" + key.substr(0, 32) + "' is unknown or does not belong to this op");
    }
    if (shows && !object.contains(keys.data))
        throw GrammarFailure("", "the key " + std::string(keys.data) + " is missing");
}

std::string read_text(const json& object, const char* key, std::size_t limit) {
    const auto found = object.find(key);
    if (found == object.end())
        return {};
    if (!found->is_string())
        throw GrammarFailure(key, std::string(key) + " must be a text");
    auto text = found->get<std::string>();
    if (text.size() > limit)
        throw GrammarFailure(key, std::string(key) + " is longer than " + std::to_string(limit) + " bytes");
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            throw GrammarFailure(key, std::string(key) + " contains a control character");
    }
    return text;
}

bool read_flag(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found != object.end() && !found->is_boolean())
        throw GrammarFailure(key, std::string(key) + " must be true or false");
    return found != object.end() && found->get<bool>();
}

double read_number(const json& value, const char* key, double lowest, double highest) {
    const double number = value.is_number() ? value.get<double>() : NAN;
    if (!std::isfinite(number) || number < lowest || number > highest) {
        json range{lowest, highest};
        throw GrammarFailure(key, std::string(key) + ": a number in " + range.dump() + " is needed");
    }
    return number;
}

std::int64_t read_integer(const json& value, const char* key, std::int64_t lowest, std::int64_t highest) {
    const bool whole =
        value.is_number_integer() &&
        (!value.is_number_unsigned() || value.get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
    const std::int64_t number = whole ? value.get<std::int64_t>() : lowest;
    if (!whole || number < lowest || number > highest)
        throw GrammarFailure(key, std::string(key) + ": a whole number from " + std::to_string(lowest) + " to " +
                                      std::to_string(highest) + " is needed");
    return number;
}

const json& list(const json& value, const char* key, std::size_t least, std::size_t most, const char* form) {
    if (!value.is_array() || value.size() < least || value.size() > most)
        throw GrammarFailure(key, std::string(key) + " must be " + form);
    return value;
}

double read_coordinate(const json& value, const char* key) {
    return read_number(value, key, -kMaxCoordinate, kMaxCoordinate);
}

bool read_label(const json& value, const char* key) {
    const double label = read_number(value, key, 0, 1);
    if (label != 0 && label != 1)
        throw GrammarFailure(key, "a label is 0 or 1");
    return label == 1;
}

/// What is half a pixel over the edge only the picture's size can tell; shares further away are over it in all.
Point read_point(const json& value, const char* key, PromptUnit unit) {
    list(value, key, 2, 3, "made of points [x, y] or [x, y, label]");
    const Point point{read_coordinate(value[0], key), read_coordinate(value[1], key),
                      value.size() < 3 || read_label(value[2], key)};
    if (unit == PromptUnit::kNormalised && (std::abs(point.x - 0.5) > 1 || std::abs(point.y - 0.5) > 1))
        throw GrammarFailure(key, std::string(key) + ": a point lies " + kNotInside);
    return point;
}

std::vector<Point> read_points(const json& value, const char* key, PromptUnit unit, std::size_t most) {
    std::vector<Point> points;
    for (const json& point : list(value, key, 1, most, "a list of 1 to 4096 points [x, y, label]"))
        points.push_back(read_point(point, key, unit));
    return points;
}

void read_box(const json& value, PromptLine& line) {
    list(value, "box", 4, 4, "[x0, y0, x1, y1]");
    for (std::size_t i = 0; i < 4; ++i)
        line.box[i] = read_coordinate(value[i], "box");
    if (line.box[0] >= line.box[2] || line.box[1] >= line.box[3])
        throw GrammarFailure("box", "the box is empty: x0 < x1 and y0 < y1 are needed");
    if (line.unit == PromptUnit::kNormalised && share_inside(line.box, 1, 1) < 0.5)
        throw GrammarFailure("box", std::string("more than half of the box lies ") + kNotInside);
}

void read_mask(const json& value, PromptLine& line) {
    if (value.is_string()) {
        line.mask_path = read_text(json{{"mask", value}}, "mask", 4096);
        if (line.mask_path.empty())
            throw GrammarFailure("mask", "the path of the mask is empty");
        return;
    }
    if (!value.is_object() || value.size() != 2 || !value.contains("size") || !value.contains("counts"))
        throw GrammarFailure("mask", "mask must be a path, or {\"size\": [height, width], \"counts\": run lengths}");
    const json& size = list(value["size"], "mask", 2, 2, "given with size [height, width]");
    const auto height = static_cast<int>(read_integer(size[0], "mask", 1, kMaxMaskSide));
    const auto width = static_cast<int>(read_integer(size[1], "mask", 1, kMaxMaskSide));
    std::vector<std::uint32_t> counts;
    if (const json& runs = value["counts"]; runs.is_string()) {
        auto read = coco::runs_of_text(runs.get_ref<const std::string&>(), kMaxMaskPixels);
        if (const auto* wrong = std::get_if<std::string>(&read))
            throw GrammarFailure("mask", "the compressed run lengths are damaged: " + *wrong);
        counts = std::get<coco::Runs>(std::move(read));
    } else {
        for (const json& run : list(runs, "mask", 1, kMaxLineBytes, "given with a list of run lengths"))
            counts.push_back(static_cast<std::uint32_t>(read_integer(run, "mask", 0, kMaxMaskPixels)));
    }
    auto image = decode_rle(height, width, counts);
    if (const auto* wrong = std::get_if<std::string>(&image))
        throw GrammarFailure("mask", *wrong);
    line.mask = std::move(std::get<MaskImage>(image));
}

void read_data(const json& value, PromptLine& line) {
    if (line.op == PromptOp::kMask) {
        read_mask(value, line);
    } else if (line.op == PromptOp::kBox) {
        read_box(value, line);
    } else if (line.op == PromptOp::kPoints) {
        line.points = read_points(value, "points", line.unit, kMaxPoints);
    } else {
        std::size_t left = kMaxPoints;
        for (const json& stroke : list(value, "strokes", 1, kMaxPoints, "a list of strokes, each a list of points")) {
            line.strokes.push_back(read_points(stroke, "strokes", line.unit, left));
            left -= line.strokes.back().size();
        }
    }
}

bool has_label(const json& points) {
    return std::any_of(points.begin(), points.end(), [](const json& point) { return point.size() > 2; });
}

/// Labels beside the points, one for each point or stroke: a list of one type of numbers may have no room for them.
void read_labels(const json& object, PromptLine& line) {
    const auto labels = object.find("labels");
    if (labels == object.end())
        return;
    const bool strokes = line.op == PromptOp::kScribble;
    const json& shown = object.at(strokes ? "strokes" : "points");
    if (strokes ? std::any_of(shown.begin(), shown.end(), has_label) : has_label(shown))
        throw GrammarFailure("labels", "labels stand beside the points or in them, not both");
    list(*labels, "labels", shown.size(), shown.size(),
         strokes ? "a list with 0 or 1 for each stroke" : "a list with 0 or 1 for each point");
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const bool inside = read_label((*labels)[i], "labels");
        if (!strokes)
            line.points[i].inside = inside;
        else
            for (Point& point : line.strokes[i])
                point.inside = inside;
    }
}

void read_moment(const json& object, PromptLine& line) {
    if (object.contains("time") && object.contains("frame"))
        throw GrammarFailure("frame", "time and frame exclude each other");
    if (const auto time = object.find("time"); time != object.end())
        line.time = read_number(*time, "time", 0, kMaxSeconds);
    if (const auto frame = object.find("frame"); frame != object.end())
        line.frame = read_integer(*frame, "frame", 0, kMaxObject);
}

}  // namespace

PromptLine read_prompt(const json& object) {
    if (!object.is_object())
        throw GrammarFailure("", "a prompt is a JSON object");
    const OpKeys keys = read_op(object);
    check_keys(object, keys);
    PromptLine line(keys.op);
    if (const auto id = object.find("object"); id != object.end())
        line.object = read_integer(*id, "object", 0, kMaxObject);
    if (line.op == PromptOp::kRemove && line.object == 0)
        throw GrammarFailure("object", "remove needs the id of an object");
    const std::string unit = read_text(object, "unit", kMaxTextBytes);
    if (!unit.empty() && unit != "normalised" && unit != "pixel")
        throw GrammarFailure("unit", "unit must be normalised or pixel");
    line.unit = unit == "pixel" ? PromptUnit::kPixel : PromptUnit::kNormalised;
    line.label = read_text(object, "label", kMaxTextBytes);
    line.ref = read_text(object, "ref", kMaxTextBytes);
    line.unless_tracked = read_flag(object, "unless_tracked");
    read_moment(object, line);
    if (!keys.data.empty())
        read_data(object.at(std::string(keys.data)), line);
    read_labels(object, line);
    return line;
}

}  // namespace ausm::gst
