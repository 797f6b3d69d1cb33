// SPDX-License-Identifier: MIT
// The grammar as a GstStructure: what events and the signal add-prompt carry.
#include "gstausmgrammarjson.h"
#include "gstausmgreymask.h"

#include "raii.h"

#include <cstring>
#include <utility>

namespace ausm::gst {

namespace {

using nlohmann::json;

constexpr const char* kLate = "late";
constexpr const char* kClipped = "clipped";
constexpr const char* kIndexed = "mask-indexed";  // the values are ids, whatever they look like

json to_json(const GValue* value, int depth);

template <typename Size, typename At>
json array_to_json(const GValue* value, int depth, Size size, At at) {
    json array = json::array();
    if (size(value) > kMaxPoints)
        throw GrammarFailure("", "a list has more than " + std::to_string(kMaxPoints) + " elements");
    for (guint i = 0; i < size(value); ++i)
        array.push_back(to_json(at(value, i), depth + 1));
    return array;
}

json to_json(const GValue* value, int depth) {
    if (depth > 4)
        throw GrammarFailure("", "nested too deeply");
    if (GST_VALUE_HOLDS_ARRAY(value))
        return array_to_json(value, depth, gst_value_array_get_size, gst_value_array_get_value);
    if (GST_VALUE_HOLDS_LIST(value))
        return array_to_json(value, depth, gst_value_list_get_size, gst_value_list_get_value);
    if (G_VALUE_HOLDS_STRING(value)) {
        const char* text = g_value_get_string(value);
        return text ? json(text) : json("");
    }
    if (G_VALUE_HOLDS_DOUBLE(value))
        return g_value_get_double(value);
    if (G_VALUE_HOLDS_FLOAT(value))
        return g_value_get_float(value);
    if (G_VALUE_HOLDS_BOOLEAN(value))
        return g_value_get_boolean(value) != FALSE;
    Value whole(G_TYPE_INT64);
    if (g_value_type_transformable(G_VALUE_TYPE(value), G_TYPE_INT64) && g_value_transform(value, whole.get()))
        return g_value_get_int64(whole.get());
    throw GrammarFailure("", std::string("a value of type ") + G_VALUE_TYPE_NAME(value) +
                                 " is not understood; a list is a GstValueArray or JSON text");
}

int mask_side(const GstStructure* structure, const char* field) {
    gint side = 0;
    if (!gst_structure_get_int(structure, field, &side) || side < 1 || side > kMaxMaskSide)
        throw GrammarFailure(field,
                             std::string(field) + ": an int from 1 to " + std::to_string(kMaxMaskSide) + " is needed");
    return side;
}

bool read_flag(const GstStructure* structure, const char* field) {
    gboolean flag = FALSE;
    if (gst_structure_has_field(structure, field) && !gst_structure_get_boolean(structure, field, &flag))
        throw GrammarFailure(field, std::string(field) + " must be a boolean");
    return flag != FALSE;
}

MaskImage read_mask_buffer(const GstStructure* structure, GstBuffer* buffer) {
    MaskImage image;
    image.width = mask_side(structure, "mask-width");
    image.height = mask_side(structure, "mask-height");
    const gsize size = static_cast<gsize>(image.width) * static_cast<gsize>(image.height);
    if (!buffer || gst_buffer_get_size(buffer) != size || static_cast<std::int64_t>(size) > kMaxMaskPixels)
        throw GrammarFailure("mask", "the mask's buffer must have mask-width * mask-height bytes");
    image.values.resize(size);
    gst_buffer_extract(buffer, 0, image.values.data(), size);
    if (!read_flag(structure, kIndexed))
        if (const auto wrong = settle_grey(image))
            throw GrammarFailure("mask", "the mask cannot be used: " + *wrong);
    return image;
}

PromptLine read_structure(const GstStructure* structure) {
    json object = json::object();
    GstBuffer* mask = nullptr;
    bool has_mask = false;
    for (gint i = 0; i < gst_structure_n_fields(structure); ++i) {
        const std::string name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
        const GValue* value = gst_structure_get_value(structure, name.c_str());
        if (name == "mask-width" || name == "mask-height" || name == kIndexed || name == kLate || name == kClipped)
            continue;
        has_mask = has_mask || (name == "mask" && G_VALUE_HOLDS(value, GST_TYPE_BUFFER));
        if (name == "mask" && has_mask) {
            mask = gst_value_get_buffer(value);
            object[name] = "buffer";
            continue;
        }
        object[name] = to_json(value, 0);
        const bool numbers = name == "box" || name == "points" || name == "strokes" || name == "labels";
        const bool run_lengths =
            name == "mask" && object[name].is_string() && object[name].get_ref<const std::string&>().starts_with('{');
        if ((numbers || run_lengths) && object[name].is_string())
            object[name] = read_json(object[name].get<std::string>());
    }
    PromptLine line = read_prompt(object);
    line.late = read_flag(structure, kLate);
    line.clipped = read_flag(structure, kClipped);
    if (has_mask) {
        line.mask_path.clear();
        line.mask = read_mask_buffer(structure, mask);
    }
    return line;
}

void append_number(GValue* array, double number) {
    Value value(G_TYPE_DOUBLE);
    g_value_set_double(value.get(), number);
    gst_value_array_append_value(array, value.get());
}

/// A GstValueArray has one type, so that a label is a double, too.
void append_points(GValue* array, const std::vector<Point>& points) {
    for (const Point& point : points) {
        Value row(GST_TYPE_ARRAY);
        append_number(row.get(), point.x);
        append_number(row.get(), point.y);
        append_number(row.get(), point.inside ? 1 : 0);
        gst_value_array_append_value(array, row.get());
    }
}

void set_data(GstStructure* structure, const PromptLine& line) {
    Value array(GST_TYPE_ARRAY);
    if (line.op == PromptOp::kBox) {
        for (const double number : line.box)
            append_number(array.get(), number);
        gst_structure_set_value(structure, "box", array.get());
    } else if (line.op == PromptOp::kPoints) {
        append_points(array.get(), line.points);
        gst_structure_set_value(structure, "points", array.get());
    } else if (line.op == PromptOp::kScribble) {
        for (const auto& points : line.strokes) {
            Value stroke(GST_TYPE_ARRAY);
            append_points(stroke.get(), points);
            gst_value_array_append_value(array.get(), stroke.get());
        }
        gst_structure_set_value(structure, "strokes", array.get());
    } else if (line.op == PromptOp::kMask) {
        const Owned<GstBuffer> buffer(gst_buffer_new_memdup(line.mask.values.data(), line.mask.values.size()));
        gst_structure_set(structure, "mask", GST_TYPE_BUFFER, buffer.get(), "mask-width", G_TYPE_INT, line.mask.width,
                          "mask-height", G_TYPE_INT, line.mask.height, kIndexed, G_TYPE_BOOLEAN, TRUE, nullptr);
    }
}

}  // namespace

PromptParse parse_prompt(const GstStructure* structure) {
    if (!structure || std::strcmp(gst_structure_get_name(structure), kPromptName) != 0)
        return PromptError{0, 0, std::string("a structure named ") + kPromptName + " is needed"};
    try {
        return read_structure(structure);
    } catch (const GrammarFailure& failure) {
        return prompt_error(0, 0, failure.what());
    } catch (const json::exception& failure) {
        return prompt_error(0, 0, std::string("a field is no valid JSON: ") + failure.what());
    }
}

GstStructure* prompt_structure(const PromptLine& line) {
    Owned<GstStructure> structure(gst_structure_new(kPromptName, "op", G_TYPE_STRING, op_name(line.op), nullptr));
    const bool shows = line.op != PromptOp::kRemove && line.op != PromptOp::kReset;
    if (line.op != PromptOp::kReset)
        gst_structure_set(structure.get(), "object", G_TYPE_INT64, static_cast<gint64>(line.object), nullptr);
    if (shows && line.op != PromptOp::kMask)
        gst_structure_set(structure.get(), "unit", G_TYPE_STRING,
                          line.unit == PromptUnit::kPixel ? "pixel" : "normalised", nullptr);
    if (shows && !line.label.empty())
        gst_structure_set(structure.get(), "label", G_TYPE_STRING, line.label.c_str(), nullptr);
    if (!line.ref.empty())
        gst_structure_set(structure.get(), "ref", G_TYPE_STRING, line.ref.c_str(), nullptr);
    if (line.time)
        gst_structure_set(structure.get(), "time", G_TYPE_DOUBLE, *line.time, nullptr);
    if (line.frame)
        gst_structure_set(structure.get(), "frame", G_TYPE_INT64, static_cast<gint64>(*line.frame), nullptr);
    if (line.unless_tracked)
        gst_structure_set(structure.get(), "unless_tracked", G_TYPE_BOOLEAN, TRUE, nullptr);
    for (const auto& [field, flag] : {std::pair{kLate, line.late}, {kClipped, line.clipped}})
        if (flag)
            gst_structure_set(structure.get(), field, G_TYPE_BOOLEAN, TRUE, nullptr);
    set_data(structure.get(), line);
    return structure.release();
}

}  // namespace ausm::gst
