// SPDX-License-Identifier: MIT
// GStreamer's structures with any fields, as another program or element could make them.
#include "structure.h"

namespace ausm::fuzz {

namespace {

constexpr int kMaxDepth = 6;

template <typename Append, typename Size>
void fill(GValue* list, Input& input, int depth, Append append, Size size) {
    GType type = G_TYPE_INVALID;
    for (int count = depth < kMaxDepth ? input.between(0, 5) : 0; count > 0; --count) {
        GValue element = G_VALUE_INIT;
        any_value(&element, input, depth + 1);
        if (type == G_TYPE_INVALID)
            type = G_VALUE_TYPE(&element);
        // GStreamer's lists and arrays have one type, and that of a nested one is its elements'.
        const bool nested = type == GST_TYPE_LIST || type == GST_TYPE_ARRAY;
        if (G_VALUE_TYPE(&element) == type && !(nested && size(list) > 0))
            append(list, &element);
        else
            g_value_unset(&element);
    }
}

/// GStreamer refuses fields that are no UTF-8, but not elements of arrays, and a text may be absent.
void any_text(GValue* value, Input& input) {
    g_value_init(value, G_TYPE_STRING);
    if (input.byte() % 8 == 0)
        return;
    const std::string text = input.text(64);
    g_value_take_string(value, g_strndup(text.data(), text.size()));
}

void any_structure(GValue* value, Input& input) {
    g_value_init(value, GST_TYPE_STRUCTURE);
    if (input.byte() % 8 != 0)
        g_value_take_boxed(value, likely_structure("inner", {}, input));
}

bool any_number(GValue* value, Input& input, int kind) {
    switch (kind) {
    case 0: g_value_set_int(g_value_init(value, G_TYPE_INT), input.number<gint>()); break;
    case 1: g_value_set_uint(g_value_init(value, G_TYPE_UINT), input.number<guint>()); break;
    case 2: g_value_set_int64(g_value_init(value, G_TYPE_INT64), input.number<gint64>()); break;
    case 3: g_value_set_uint64(g_value_init(value, G_TYPE_UINT64), input.number<guint64>()); break;
    case 4: g_value_set_float(g_value_init(value, G_TYPE_FLOAT), input.number<gfloat>()); break;
    case 5: g_value_set_double(g_value_init(value, G_TYPE_DOUBLE), input.number<gdouble>()); break;
    case 6: g_value_set_double(g_value_init(value, G_TYPE_DOUBLE), input.byte() / 255.0); break;
    case 7: g_value_set_boolean(g_value_init(value, G_TYPE_BOOLEAN), input.byte()); break;
    case 8: g_value_set_schar(g_value_init(value, G_TYPE_CHAR), input.number<gint8>()); break;
    case 9: gst_value_set_fraction(g_value_init(value, GST_TYPE_FRACTION), input.byte(), 1 + input.byte()); break;
    case 10: gst_value_set_int_range(g_value_init(value, GST_TYPE_INT_RANGE), input.byte(), 256 + input.byte()); break;
    case 11: g_value_set_gtype(g_value_init(value, G_TYPE_GTYPE), G_TYPE_INT); break;
    default: return false;
    }
    return true;
}

}  // namespace

void start_gstreamer() {
    static const bool started = [] {
        g_setenv("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
        g_setenv("GST_PLUGIN_PATH_1_0", "", TRUE);
        g_setenv("GST_REGISTRY_DISABLE", "yes", TRUE);
        gst_init(nullptr, nullptr);
        g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL));
        return true;
    }();
    (void)started;
}

GstBuffer* any_buffer(Input& input, std::size_t size) {
    GstBuffer* buffer = gst_buffer_new();
    const std::size_t cut = input.coin() && size > 1 ? size / 2 : size;
    for (const std::size_t part : {cut, size - cut}) {
        if (part == 0)
            continue;
        GstMemory* memory = gst_allocator_alloc(nullptr, part, nullptr);
        gst_buffer_append_memory(buffer, memory);
        GstMapInfo map;
        gst_memory_map(memory, &map, GST_MAP_WRITE);
        // Few values in long runs, as label maps have them.
        const std::uint8_t step = input.byte(), length = input.byte();
        for (std::size_t i = 0; i < part; ++i)
            map.data[i] = static_cast<std::uint8_t>((i / (1U + length)) * step);
        gst_memory_unmap(memory, &map);
        if (step % 2 == 1)
            GST_MINI_OBJECT_FLAG_SET(memory, GST_MEMORY_FLAG_READONLY);
    }
    return buffer;
}

void any_value(GValue* value, Input& input, int depth) {
    const int kind = input.byte() % 18;
    if (any_number(value, input, kind))
        return;
    if (kind == 12 || kind == 13)
        return any_text(value, input);
    if (kind == 14) {
        g_value_init(value, GST_TYPE_BUFFER);
        if (input.byte() % 8 != 0)
            gst_value_take_buffer(value, any_buffer(input, input.byte()));
    } else if (kind == 15) {
        any_structure(value, input);
    } else if (kind == 16) {
        fill(g_value_init(value, GST_TYPE_LIST), input, depth, gst_value_list_append_and_take_value,
             gst_value_list_get_size);
    } else {
        fill(g_value_init(value, GST_TYPE_ARRAY), input, depth, gst_value_array_append_and_take_value,
             gst_value_array_get_size);
    }
}

GstStructure* likely_structure(const char* name, const std::vector<Field>& fields, Input& input) {
    GstStructure* structure = gst_structure_new_empty(name);
    const auto set_any = [&](const char* field) {
        GValue value = G_VALUE_INIT;
        any_value(&value, input);
        const gchar* text = G_VALUE_HOLDS_STRING(&value) ? g_value_get_string(&value) : nullptr;
        if (text && !g_utf8_validate(text, -1, nullptr))
            g_value_set_string(&value, "not UTF-8");  // GStreamer itself refuses the field with a warning
        gst_structure_take_value(structure, field, &value);
    };
    for (const auto& [field, set] : fields) {
        const int choice = input.byte() % 16;
        if (choice > 1)
            set(structure, field, input);
        else if (choice == 1)
            set_any(field);
    }
    while (input.byte() % 16 == 1)
        set_any(input.coin() || fields.empty() ? "further" : fields[input.byte() % fields.size()].first);
    return structure;
}

}  // namespace ausm::fuzz
