// SPDX-License-Identifier: MIT
// The rules of a prompt, whatever form it came in: needed fields, ranges, counts, lengths.
#include "gstausmcoordinates.h"
#include "gstausmgrammarfields.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace ausm::gst {

namespace {

using Fault = std::optional<PromptFault>;

constexpr std::int64_t kMaxCoordinate = 65536;  // in either unit
constexpr std::int64_t kMaxSeconds = 1'000'000'000;
constexpr std::size_t kMaxPathBytes = 4096;
constexpr const char* kNotInside =
    "outside the picture, which goes from 0 to 1; where pixels are meant, set unit to pixel";

Fault check_number(const char* key, double number, std::int64_t lowest, std::int64_t highest) {
    if (number >= static_cast<double>(lowest) && number <= static_cast<double>(highest))
        return std::nullopt;
    return PromptFault{key, std::string(key) + ": a number from " + std::to_string(lowest) + " to " +
                                std::to_string(highest) + " is needed"};
}

Fault check_whole(const char* key, std::int64_t number) {
    if (number >= 0 && number <= kMaxObject)
        return std::nullopt;
    return PromptFault{key, whole_needed(key, 0, kMaxObject)};
}

Fault check_text(const char* key, const std::string& text, std::size_t most) {
    if (text.size() > most)
        return PromptFault{key, std::string(key) + " is longer than " + std::to_string(most) + " bytes"};
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        return PromptFault{key, std::string(key) + " contains a control character"};
    if (!g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr))
        return PromptFault{key, std::string(key) + " is not UTF-8"};
    return std::nullopt;
}

Fault check_object(const PromptLine& line) {
    if (auto fault = check_whole("object", line.object))
        return fault;
    if (line.op == PromptOp::kRemove && line.object == 0)
        return PromptFault{"object", "remove needs the id of an object"};
    return std::nullopt;
}

Fault check_texts(const PromptLine& line) {
    auto fault = check_text("label", line.label, kMaxTextBytes);
    return fault ? fault : check_text("ref", line.ref, kMaxTextBytes);
}

Fault check_moment(const PromptLine& line) {
    if (line.time && line.frame)
        return PromptFault{"frame", "time and frame exclude each other"};
    if (line.time)
        return check_number("time", *line.time, 0, kMaxSeconds);
    return line.frame ? check_whole("frame", *line.frame) : std::nullopt;
}

Fault check_unless_tracked(const PromptLine& line) {
    if (line.unless_tracked && line.op != PromptOp::kBox && line.op != PromptOp::kMask)
        return PromptFault{"unless_tracked", "unless_tracked does not belong to this op: box and mask have it"};
    return std::nullopt;
}

Fault check_box(const PromptLine& line) {
    for (const double number : line.box)
        if (auto fault = check_number("box", number, -kMaxCoordinate, kMaxCoordinate))
            return fault;
    if (line.box[0] >= line.box[2] || line.box[1] >= line.box[3])
        return PromptFault{"box", "the box is empty: x0 < x1 and y0 < y1 are needed"};
    if (line.unit == PromptUnit::kNormalised && share_inside(line.box, 1, 1) < 0.5)
        return PromptFault{"box", std::string("more than half of the box lies ") + kNotInside};
    return std::nullopt;
}

/// What is half a pixel over the edge only the picture's size can tell; shares further away are over it in all.
Fault check_points(const char* key, const std::vector<Point>& points, PromptUnit unit) {
    if (points.empty() || points.size() > kMaxPoints)
        return PromptFault{key, std::string(key) + " must be " + list_form(key)};
    for (const Point& point : points) {
        for (const double number : {point.x, point.y})
            if (auto fault = check_number(key, number, -kMaxCoordinate, kMaxCoordinate))
                return fault;
        if (unit == PromptUnit::kNormalised && (std::abs(point.x - 0.5) > 1 || std::abs(point.y - 0.5) > 1))
            return PromptFault{key, std::string(key) + ": a point lies " + kNotInside};
    }
    return std::nullopt;
}

Fault check_strokes(const PromptLine& line) {
    std::size_t points = 0;
    for (const auto& stroke : line.strokes) {
        if (auto fault = check_points("strokes", stroke, line.unit))
            return fault;
        points += stroke.size();
    }
    if (points == 0 || points > kMaxPoints)
        return PromptFault{"strokes", "strokes must be " + list_form("strokes")};
    return std::nullopt;
}

Fault check_mask(const PromptLine& line) {
    if (!line.mask_path.empty())
        return check_text("mask", line.mask_path, kMaxPathBytes);
    if (line.mask_runs) {
        if (auto wrong = check_rle(line.mask_runs->height, line.mask_runs->width, line.mask_runs->counts))
            return PromptFault{"mask", std::move(*wrong)};
        return std::nullopt;
    }
    if (line.mask_polygons) {
        if (auto wrong = check_polygons(*line.mask_polygons))
            return PromptFault{"mask", std::move(*wrong)};
        return std::nullopt;
    }
    const MaskImage& image = line.mask;
    if (image.values.empty())
        return PromptFault{"mask", "the path of the mask is empty"};
    if (auto wrong = check_mask_size(image.height, image.width))
        return PromptFault{"mask", std::move(*wrong)};
    if (image.values.size() != static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height))
        return PromptFault{"mask", "the mask must have a value for each of its pixels"};
    return std::nullopt;
}

Fault check_data(const PromptLine& line) {
    switch (line.op) {
    case PromptOp::kMask: return check_mask(line);
    case PromptOp::kBox: return check_box(line);
    case PromptOp::kPoints: return check_points("points", line.points, line.unit);
    case PromptOp::kScribble: return check_strokes(line);
    default: return std::nullopt;
    }
}

}  // namespace

std::optional<PromptFault> check(const PromptLine& line) {
    for (const auto& rule : {check_object, check_texts, check_unless_tracked, check_moment, check_data})
        if (auto fault = rule(line))
            return fault;
    return std::nullopt;
}

}  // namespace ausm::gst
