// SPDX-License-Identifier: MIT
// Any text and any structure as a prompt: refused with a place inside the text, or a line that keeps the grammar's
// limits, survives the way through an event, and is refused by a picture or gives prompts inside it.
#include "gst/gstausmgrammar.h"

#include "gst/gstausmcoordinates.h"
#include "structure.h"

#include <array>
#include <cmath>

namespace {

using namespace ausm::gst;
using ausm::Point;
using ausm::fuzz::Field;
using ausm::fuzz::Input;

bool is_text(const std::string& text) {
    return text.size() <= kMaxTextBytes && g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr);
}

void check_error(const PromptError& error, int line, std::size_t size) {
    FUZZ_CHECK(!error.text.empty() && error.line == line);
    FUZZ_CHECK(error.column >= 0 && static_cast<std::size_t>(error.column) <= size + 1);
    // It goes into messages, which GStreamer takes as UTF-8 only.
    const std::string message = error.message();
    FUZZ_CHECK(g_utf8_validate(message.data(), static_cast<gssize>(message.size()), nullptr));
    FUZZ_CHECK(message.ends_with(error.text));
}

void check_points(const std::vector<Point>& points, double lowest, double highest) {
    for (const Point& point : points)
        FUZZ_CHECK(point.x >= lowest && point.x <= highest && point.y >= lowest && point.y <= highest);
}

void check_line(const PromptLine& line) {
    FUZZ_CHECK(!check(line));
    const bool pixels = line.unit == PromptUnit::kPixel;
    const double lowest = pixels ? -65536 : -0.5, highest = pixels ? 65536 : 1.5;  // of points
    FUZZ_CHECK(line.object >= (line.op == PromptOp::kRemove ? 1 : 0) && line.object <= kMaxObject);
    FUZZ_CHECK(is_text(line.label) && is_text(line.ref));
    FUZZ_CHECK(!line.time || (std::isfinite(*line.time) && *line.time >= 0));
    FUZZ_CHECK(!line.unless_tracked || line.op == PromptOp::kBox || line.op == PromptOp::kMask);
    FUZZ_CHECK(!line.frame || (*line.frame >= 0 && !line.time));
    if (line.op == PromptOp::kBox)
        FUZZ_CHECK(line.box[0] < line.box[2] && line.box[1] < line.box[3] &&
                   (pixels || share_inside(line.box, 1, 1) >= 0.5));
    check_points(line.points, lowest, highest);
    FUZZ_CHECK(line.points.size() <= kMaxPoints && line.points.empty() == (line.op != PromptOp::kPoints));
    std::size_t points = 0;
    for (const auto& stroke : line.strokes) {
        FUZZ_CHECK(!stroke.empty());
        check_points(stroke, lowest, highest);
        points += stroke.size();
    }
    FUZZ_CHECK(points <= kMaxPoints && (points == 0) == (line.op != PromptOp::kScribble));
    const bool has_image = !line.mask.values.empty();
    FUZZ_CHECK((line.op == PromptOp::kMask) == (has_image || !line.mask_path.empty()));
    FUZZ_CHECK(!has_image || line.mask_path.empty());
    FUZZ_CHECK(line.mask.values.size() ==
               static_cast<std::size_t>(line.mask.width) * static_cast<std::size_t>(line.mask.height));
}

bool equal(const std::vector<Point>& a, const std::vector<Point>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Point& x, const Point& y) { return x.x == y.x && x.y == y.y && x.inside == y.inside; });
}

void check_event(const PromptLine& line) {
    const Owned<GstStructure> structure(prompt_structure(line));
    const PromptParse parsed = parse_prompt(structure.get());
    FUZZ_CHECK(std::holds_alternative<PromptLine>(parsed));
    const auto& again = std::get<PromptLine>(parsed);
    FUZZ_CHECK(again.op == line.op && again.object == line.object && again.unit == line.unit);
    FUZZ_CHECK(again.label == line.label && again.ref == line.ref);
    FUZZ_CHECK(again.unless_tracked == line.unless_tracked && again.late == line.late && again.clipped == line.clipped);
    FUZZ_CHECK(again.time == line.time && again.frame == line.frame && again.box == line.box);
    FUZZ_CHECK(equal(again.points, line.points));
    FUZZ_CHECK(std::equal(again.strokes.begin(), again.strokes.end(), line.strokes.begin(), line.strokes.end(),
                          [](const auto& a, const auto& b) { return equal(a, b); }));
    FUZZ_CHECK(again.mask.values == line.mask.values && again.mask.width == line.mask.width);
}

void check_prompts(PromptLine line, int width, int height) {
    const PromptLine before = line;
    if (const auto outside = to_shares(line, width, height)) {
        FUZZ_CHECK(!outside->empty() && line.box == before.box && equal(line.points, before.points));
        return;
    }
    PromptLine again = line;
    FUZZ_CHECK(!to_shares(again, height, width) && again.box == line.box && equal(again.points, line.points));
    const auto made = make_prompts(line);
    if (const auto* wrong = std::get_if<std::string>(&made)) {
        FUZZ_CHECK(!wrong->empty());
        return;
    }
    const auto& prompts = std::get<std::vector<ausm::Prompt>>(made);
    FUZZ_CHECK(prompts.empty() == (line.op == PromptOp::kRemove || line.op == PromptOp::kReset));
    for (const ausm::Prompt& prompt : prompts) {
        check_points(prompt.points, 0, 1);
        for (const auto& stroke : prompt.strokes)
            check_points(stroke, 0, 1);
        FUZZ_CHECK(0 <= prompt.box[0] && prompt.box[0] <= prompt.box[2] && prompt.box[2] <= 1);
        FUZZ_CHECK(0 <= prompt.box[1] && prompt.box[1] <= prompt.box[3] && prompt.box[3] <= 1);
        FUZZ_CHECK(prompt.mask.size() ==
                   static_cast<std::size_t>(prompt.mask_width) * static_cast<std::size_t>(prompt.mask_height));
        FUZZ_CHECK(prompt.object >= 0 && prompt.object <= kMaxObject);
    }
}

/// A line that was accepted, whatever its form was.
void check_accepted(PromptLine line, Input& sizes) {
    if (line.mask_runs || line.mask_polygons)
        FUZZ_CHECK(!load_mask(line) && !line.mask_runs && !line.mask_polygons);
    check_line(line);
    if (line.mask_path.empty())
        check_event(line);
    if (line.op != PromptOp::kMask || !line.mask.values.empty())
        check_prompts(line, sizes.between(1, 255), sizes.between(1, 255));
}

void check_json(Input& input) {
    const std::string_view text = input.rest();
    const TextParse parsed = parse_text(text, 3, "/folder");
    if (const auto* error = std::get_if<PromptError>(&parsed))
        return check_error(*error, 3, text.size());
    Input sizes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    if (const auto* objects = std::get_if<std::vector<PromptLine>>(&parsed)) {
        for (const PromptLine& object : *objects) {
            FUZZ_CHECK(object.object >= 1 && object.mask_path.empty() && !object.frame);
            FUZZ_CHECK(object.op == PromptOp::kBox || object.mask_runs || object.mask_polygons);
            check_accepted(object, sizes);
        }
        return;
    }
    const auto& line = std::get<PromptLine>(parsed);
    FUZZ_CHECK(line.mask_path.empty() || line.mask_path[0] == '/');
    FUZZ_CHECK((line.mask_path.empty() ? 0 : 1) + (line.mask_runs ? 1 : 0) + (line.mask_polygons ? 1 : 0) <= 1);
    check_accepted(line, sizes);
}

void check_rows(Input& input) {
    const std::string_view text = input.rest();
    const auto parsed = parse_rows(text);
    if (const auto* error = std::get_if<PromptError>(&parsed))
        return check_error(*error, 0, text.size());
    const auto& rows = std::get<Rows>(parsed);
    FUZZ_CHECK(rows.size() <= kMaxPoints);
    for (const auto& row : rows) {
        FUZZ_CHECK(!row.empty() && row.size() <= 4);
        for (const double number : row)
            FUZZ_CHECK(std::isfinite(number));
    }
}

void set_text(GstStructure* structure, const char* name, const char* text) {
    gst_structure_set(structure, name, G_TYPE_STRING, text, nullptr);
}

void set_label(GstStructure* structure, const char* name, Input& input) {
    const std::string text = input.text(40);
    const Owned<char> valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
    set_text(structure, name, valid.get());
}

/// Nested arrays of numbers of one type, or their JSON text.
void append_numbers(GValue* array, Input& input, int depth) {
    for (int count = depth == 0 ? input.between(2, 4) : input.between(1, 3); count > 0; --count) {
        GValue value = G_VALUE_INIT;
        if (depth == 0)
            g_value_set_double(g_value_init(&value, G_TYPE_DOUBLE), input.byte() / 200.0 - 0.1);
        else
            append_numbers(g_value_init(&value, GST_TYPE_ARRAY), input, depth - 1);
        gst_value_array_append_and_take_value(array, &value);
    }
}

void set_numbers(GstStructure* structure, const char* name, Input& input) {
    if (input.byte() % 4 == 0)
        return set_label(structure, name, input);
    Value array(GST_TYPE_ARRAY);
    append_numbers(array.get(), input, name[0] == 'b' ? 0 : name[0] == 'p' ? 1 : 2);
    gst_structure_set_value(structure, name, array.get());
}

void set_labels(GstStructure* structure, const char* name, Input& input) {
    Value array(GST_TYPE_ARRAY);
    for (int count = input.between(1, 3); count > 0; --count) {
        GValue value = G_VALUE_INIT;
        g_value_set_int(g_value_init(&value, G_TYPE_INT), input.coin() ? 1 : 0);
        gst_value_array_append_and_take_value(array.get(), &value);
    }
    gst_structure_set_value(structure, name, array.get());
}

void set_side(GstStructure* structure, const char* name, Input& input) {
    gst_structure_set(structure, name, G_TYPE_INT, input.between(1, 9), nullptr);
}

void set_mask(GstStructure* structure, const char* name, Input& input) {
    gint width = 1, height = 1;
    gst_structure_get_int(structure, "mask-width", &width);
    gst_structure_get_int(structure, "mask-height", &height);
    const auto size = static_cast<std::size_t>(std::abs(std::int64_t{width} * height)) % 4096;
    const Owned<GstBuffer> buffer(ausm::fuzz::any_buffer(input, size));
    gst_structure_set(structure, name, GST_TYPE_BUFFER, buffer.get(), nullptr);
}

void set_whole(GstStructure* structure, const char* name, Input& input) {
    gst_structure_set(structure, name, G_TYPE_INT, gint{input.byte()}, nullptr);
}

void set_flag(GstStructure* structure, const char* name, Input& input) {
    gst_structure_set(structure, name, G_TYPE_BOOLEAN, input.coin() ? TRUE : FALSE, nullptr);
}

void check_structure(Input& input) {
    static const std::array ops{"mask", "box", "points", "scribble", "remove", "reset"};
    const char* op = ops[input.byte() % ops.size()];
    std::vector<Field> fields{{"op", [op](auto* s, auto* name, Input&) { set_text(s, name, op); }},
                              {"object", set_whole},
                              {"ref", set_label}};
    if (op[0] == 'm')
        fields.insert(
            fields.end(),
            {{"mask-width", set_side}, {"mask-height", set_side}, {"mask", set_mask}, {"mask-indexed", set_flag}});
    else if (op[0] != 'r')
        fields.emplace_back(op[0] == 's' ? "strokes" : op, set_numbers);
    if (input.coin())
        fields.emplace_back(input.coin() ? "frame" : "time", set_whole);
    if (input.coin())
        fields.emplace_back("unit",
                            [](auto* s, auto* name, Input& in) { set_text(s, name, in.coin() ? "pixel" : ""); });
    if (input.coin())
        fields.emplace_back(input.coin() ? "unless_tracked" : input.coin() ? "late" : "clipped", set_flag);
    if (input.coin())
        fields.emplace_back("labels", set_labels);
    const Owned<GstStructure> structure(ausm::fuzz::likely_structure(kPromptName, fields, input));
    const PromptParse parsed = parse_prompt(structure.get());
    if (const auto* error = std::get_if<PromptError>(&parsed))
        return check_error(*error, 0, 0);
    check_accepted(std::get<PromptLine>(parsed), input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ausm::fuzz::start_gstreamer();
    Input input(data, size);
    switch (input.byte() % 4) {
    case 0: check_rows(input); break;
    case 1: check_structure(input); break;
    default: check_json(input);
    }
    return 0;
}
