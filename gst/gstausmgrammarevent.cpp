// SPDX-License-Identifier: MIT
// The grammar as a GstStructure: what events and the signal add-prompt carry.
#include "gstausmgrammarjson.h"
#include "gstausmgreymask.h"

#include "raii.h"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace ausm::gst {

namespace {

using nlohmann::json;

constexpr const char* kLate = "late";
constexpr const char* kClipped = "clipped";
constexpr const char* kWidth = "mask-width";
constexpr const char* kHeight = "mask-height";
constexpr const char* kIndexed = "mask-indexed";  // the values are ids, whatever they look like

/// A value of a structure as the grammar reads it (see gstausmgrammarfields.h). The value outlives it.
class ValueNode {
public:
    explicit ValueNode(const GValue* value) : value_(value) {}

    [[nodiscard]] bool is_list() const {
        if (GST_VALUE_HOLDS_ARRAY(value_) || GST_VALUE_HOLDS_LIST(value_))
            return true;
        if (is_text() || is_whole() || is_real())
            return false;
        throw GrammarFailure("", std::string("a value of type ") + G_VALUE_TYPE_NAME(value_) +
                                     " is not understood; a list is a GstValueArray or JSON text");
    }
    [[nodiscard]] std::size_t size() const {
        return GST_VALUE_HOLDS_ARRAY(value_) ? gst_value_array_get_size(value_) : gst_value_list_get_size(value_);
    }
    [[nodiscard]] ValueNode at(std::size_t i) const {
        const auto index = static_cast<guint>(i);
        return ValueNode(GST_VALUE_HOLDS_ARRAY(value_) ? gst_value_array_get_value(value_, index)
                                                       : gst_value_list_get_value(value_, index));
    }
    [[nodiscard]] double number(std::string_view key) const {
        Value number(G_TYPE_DOUBLE);
        if (!(is_whole() || is_real()) || !g_value_transform(value_, number.get()))
            throw GrammarFailure(key, std::string(key) + ": a number is needed");
        return g_value_get_double(number.get());
    }
    /// What does not fit becomes negative, which no key allows.
    [[nodiscard]] std::int64_t whole(std::string_view key) const {
        Value number(G_TYPE_INT64);
        if (!is_whole() || !g_value_transform(value_, number.get()))
            throw GrammarFailure(key, whole_needed(key, 0, kMaxObject));
        return g_value_get_int64(number.get());
    }
    [[nodiscard]] bool is_text() const { return G_VALUE_HOLDS_STRING(value_); }
    [[nodiscard]] std::string text(std::string_view key) const {
        if (!is_text())
            throw GrammarFailure(key, std::string(key) + " must be a text");
        const char* text = g_value_get_string(value_);
        return text ? text : "";
    }
    [[nodiscard]] bool flag(std::string_view key) const {
        if (!G_VALUE_HOLDS_BOOLEAN(value_))
            throw GrammarFailure(key, std::string(key) + " must be true or false");
        return g_value_get_boolean(value_) != FALSE;
    }

private:
    [[nodiscard]] bool is_whole() const {
        switch (G_TYPE_FUNDAMENTAL(G_VALUE_TYPE(value_))) {
        case G_TYPE_CHAR:
        case G_TYPE_UCHAR:
        case G_TYPE_INT:
        case G_TYPE_UINT:
        case G_TYPE_LONG:
        case G_TYPE_ULONG:
        case G_TYPE_INT64:
        case G_TYPE_UINT64: return true;
        default: return false;
        }
    }
    [[nodiscard]] bool is_real() const { return G_VALUE_HOLDS_DOUBLE(value_) || G_VALUE_HOLDS_FLOAT(value_); }

    const GValue* value_;
};

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
    image.width = mask_side(structure, kWidth);
    image.height = mask_side(structure, kHeight);
    const gsize size = static_cast<gsize>(image.width) * static_cast<gsize>(image.height);
    if (!buffer || gst_buffer_get_size(buffer) != size || static_cast<std::int64_t>(size) > kMaxMaskPixels)
        throw GrammarFailure("mask", "the mask's buffer must have mask-width * mask-height bytes");
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        throw GrammarFailure("mask", "the mask's buffer cannot be read");
    image.values.assign(map.data, map.data + map.size);
    gst_buffer_unmap(buffer, &map);
    if (!read_flag(structure, kIndexed))
        if (const auto wrong = settle_grey(image))
            throw GrammarFailure("mask", "the mask cannot be used: " + *wrong);
    return image;
}

/// A list may be written as JSON text, which is easier than arrays of arrays in some languages.
void read_field(const std::string& key, const ValueNode& node, PromptLine& line, PromptLists& lists) {
    const std::string text = node.is_text() ? node.text(key) : "";
    if (key == "mask" && text.starts_with('{'))
        read_mask(read_json(text), line);
    else if (key == "mask")
        line.mask_path = node.text(key);
    else if (is_list_key(key) && node.is_text())
        read_list(key, JsonNode(read_json(text)), lists);
    else if (is_list_key(key))
        read_list(key, node, lists);
    else
        read_value(key, node, line);
}

PromptOp read_op(const GstStructure* structure) {
    const GValue* op = gst_structure_get_value(structure, "op");
    if (!op)
        refuse_without_op();
    return op_of(ValueNode(op).text("op"));
}

/// The keys of the grammar that a structure has; the others describe the mask or what was found out about the prompt.
std::vector<std::string> keys_of(const GstStructure* structure) {
    std::vector<std::string> keys;
    for (gint i = 0; i < gst_structure_n_fields(structure); ++i) {
        const std::string key = gst_structure_nth_field_name(structure, static_cast<guint>(i));
        if (key != kWidth && key != kHeight && key != kIndexed && key != kLate && key != kClipped)
            keys.push_back(key);
    }
    return keys;
}

PromptLine read_structure(const GstStructure* structure) {
    PromptLine line(read_op(structure));
    const auto keys = keys_of(structure);
    check_keys(line.op, keys);
    PromptLists lists;
    for (const std::string& key : keys) {
        const GValue* value = gst_structure_get_value(structure, key.c_str());
        if (key == "mask" && G_VALUE_HOLDS(value, GST_TYPE_BUFFER))
            line.mask = read_mask_buffer(structure, gst_value_get_buffer(value));
        else
            read_field(key, ValueNode(value), line, lists);
    }
    line.late = read_flag(structure, kLate);
    line.clipped = read_flag(structure, kClipped);
    return finish_line(std::move(line), lists);
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

/// The buffer takes the values over.
GstBuffer* buffer_of(std::vector<std::uint8_t> values) {
    if (values.empty())
        return gst_buffer_new();
    auto owned = std::make_unique<std::vector<std::uint8_t>>(std::move(values));
    auto* kept = owned.release();
    return gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, kept->data(), kept->size(), 0, kept->size(), kept,
                                       [](gpointer data) { delete static_cast<std::vector<std::uint8_t>*>(data); });
}

void set_data(GstStructure* structure, PromptLine& line) {
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
        const Owned<GstBuffer> buffer(buffer_of(std::move(line.mask.values)));
        gst_structure_set(structure, "mask", GST_TYPE_BUFFER, buffer.get(), kWidth, G_TYPE_INT, line.mask.width,
                          kHeight, G_TYPE_INT, line.mask.height, kIndexed, G_TYPE_BOOLEAN, TRUE, nullptr);
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

GstStructure* prompt_structure(PromptLine line) {
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
