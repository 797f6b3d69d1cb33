// SPDX-License-Identifier: MIT
// Any structure as GstAusmMeta: malformed, or a view that keeps what the installed header promises; and what the writer
// wrote comes back.
#include "gst/ausm/gstausmmeta.h"

#include "gst/gstausmgrammar.h"
#include "gst/gstausmmeta.h"
#include "gst/gstausmmetajson.h"
#include "gst/gstausmmetatransform.h"
#include "structure.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace {

using ausm::fuzz::Field;
using ausm::fuzz::Input;
using ausm::gst::Owned;

template <typename T>
void set(GstStructure* structure, const char* name, GType type, T value) {
    gst_structure_set(structure, name, type, value, nullptr);
}

void set_side(GstStructure* structure, const char* name, Input& input) {
    set(structure, name, G_TYPE_INT, input.between(1, 12));
}

void set_share(GstStructure* structure, const char* name, Input& input) {
    set(structure, name, G_TYPE_DOUBLE, input.byte() / 250.0);
}

void set_label(GstStructure* structure, const char* name, Input& input) {
    const std::string text = input.text(20);
    const Owned<char> valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
    set(structure, name, G_TYPE_STRING, static_cast<const char*>(valid.get()));
}

/// As many bytes as the map needs, now and then one off.
void set_plane(GstStructure* structure, const char* name, Input& input) {
    gint width = 1, height = 1;
    gst_structure_get_int(structure, "map-width", &width);
    gst_structure_get_int(structure, "map-height", &height);
    const auto fitting = static_cast<std::size_t>(std::abs(std::int64_t{width} * height)) % 4096;
    const std::uint8_t choice = input.byte();
    const std::size_t size = choice % 32 == 1 ? fitting + 1 : choice % 32 == 2 ? fitting / 2 : fitting;
    const Owned<GstBuffer> plane(ausm::fuzz::any_buffer(input, size));
    set(structure, name, GST_TYPE_BUFFER, plane.get());
}

const std::vector<Field>& object_fields() {
    static const std::vector<Field> fields{
        {"id",
         [](auto* s, auto* name, Input& in) { set(s, name, G_TYPE_INT64, gint64{1} + in.number<std::uint16_t>()); }},
        {"value", [](auto* s, auto* name, Input& in) { set(s, name, G_TYPE_INT, gint{in.byte()}); }},
        {"label", set_label},
        {"score", [](auto* s, auto* name, Input& in) { set(s, name, G_TYPE_FLOAT, in.byte() / 250.0); }},
        {"x0", [](auto* s, auto* name, Input& in) { set(s, name, G_TYPE_DOUBLE, in.byte() / 500.0); }},
        {"y0", [](auto* s, auto* name, Input& in) { set(s, name, G_TYPE_DOUBLE, in.byte() / 500.0); }},
        {"x1", [](auto* s, auto* name, Input& in) { set(s, name, G_TYPE_DOUBLE, 0.4 + in.byte() / 400.0); }},
        {"y1", [](auto* s, auto* name, Input& in) { set(s, name, G_TYPE_DOUBLE, 0.4 + in.byte() / 400.0); }},
        {"area", set_share},
        {"state",
         [](auto* s, auto* name, Input& in) {
             static const std::array names{"new", "tracked", "absent", "lost", "newer"};
             set(s, name, G_TYPE_STRING, names[in.byte() % names.size()]);
         }},
        {"origin", [](auto* s, auto* name, Input& in) { set(s, name, G_TYPE_STRING, in.coin() ? "auto" : "prompt"); }},
    };
    return fields;
}

void set_objects(GstStructure* structure, const char* name, Input& input) {
    ausm::gst::Value list(GST_TYPE_ARRAY);
    for (int count = input.between(0, 4); count > 0; --count) {
        GValue object = G_VALUE_INIT;
        g_value_init(&object, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&object, ausm::fuzz::likely_structure("object", object_fields(), input));
        gst_value_array_append_and_take_value(list.get(), &object);
    }
    gst_structure_set_value(structure, name, list.get());
}

const std::vector<Field>& meta_fields() {
    static const std::vector<Field> fields{
        {"version", [](auto* s, auto* name, Input&) { set(s, name, G_TYPE_INT, GST_AUSM_META_VERSION); }},
        {"serial", [](auto* s, auto* name, Input& in) { set(s, name, G_TYPE_UINT64, guint64{in.byte()}); }},
        {"width", set_side},
        {"height", set_side},
        {"pixel-aspect-ratio",
         [](auto* s, auto* name, Input& in) {
             gst_structure_set(s, name, GST_TYPE_FRACTION, in.between(-1, 20), in.between(1, 20), nullptr);
         }},
        {"fresh", [](auto* s, auto* name, Input& in) { set(s, name, G_TYPE_BOOLEAN, gboolean{in.coin()}); }},
        {"source", set_label},
        {"map-width", set_side},
        {"map-height", set_side},
        {"map", set_plane},
        {"confidence", set_plane},
        {"objects", set_objects},
    };
    return fields;
}

bool is_share(double value) { return value >= 0 && value <= 1; }

void check_object(const GstAusmObject& object) {
    FUZZ_CHECK(object.id >= 1 && object.value >= 1 && object.value <= 254);
    FUZZ_CHECK(g_utf8_validate(object.label, -1, nullptr));
    for (const double value : {double{object.score}, object.x0, object.y0, object.x1, object.y1, object.area})
        FUZZ_CHECK(is_share(value));
    FUZZ_CHECK(object.x0 <= object.x1 && object.y0 <= object.y1);
    FUZZ_CHECK(object.state >= GST_AUSM_OBJECT_NEW && object.state <= GST_AUSM_OBJECT_LOST);
    FUZZ_CHECK(object.origin == GST_AUSM_OBJECT_PROMPT || object.origin == GST_AUSM_OBJECT_AUTO);
}

/// The mask of an object in the JSON form, read as a prompt, is the places of its value in the map; without a mask there
/// are none.
void check_mask(const nlohmann::json& object, const GstAusmMetaView& view, const std::uint8_t* map) {
    const int value = object.at("value").get<int>();
    const auto size = static_cast<std::size_t>(view.map_width) * static_cast<std::size_t>(view.map_height);
    if (!object.contains("mask")) {
        FUZZ_CHECK(std::find(map, map + size, value) == map + size);
        return;
    }
    auto parsed = ausm::gst::parse_text(nlohmann::json{{"op", "mask"}, {"mask", object.at("mask")}}.dump(), 1, "");
    auto* prompt = std::get_if<ausm::gst::PromptLine>(&parsed);
    FUZZ_CHECK(prompt && !ausm::gst::load_mask(*prompt));
    FUZZ_CHECK(prompt->mask.width == view.map_width && prompt->mask.height == view.map_height);
    for (std::size_t i = 0; i < size; ++i)
        FUZZ_CHECK((prompt->mask.values[i] == 255) == (map[i] == value));
}

void check_json(GstBuffer* buffer, const std::vector<GstAusmObject>& objects, bool polygons) {
    const ausm::gst::MetaContent content(buffer);
    FUZZ_CHECK(content.found && content.objects.size() == objects.size());
    const ausm::gst::PictureMoment moment{320, 240, 40 * GST_MSECOND, 0, {}, {}};
    const std::string text = ausm::gst::meta_json(
        content, moment, polygons ? ausm::gst::MaskForm::kPolygons : ausm::gst::MaskForm::kRunLengths);
    FUZZ_CHECK(text.find('\n') == std::string::npos);
    const auto json = nlohmann::json::parse(text, nullptr, false);
    FUZZ_CHECK(json.is_object());
    FUZZ_CHECK(json.at("serial") == content.view.serial && json.at("fresh") == (content.view.fresh != FALSE));
    FUZZ_CHECK(json.at("objects").size() == objects.size());
    GstMapInfo map;
    FUZZ_CHECK(gst_buffer_map(content.view.map, &map, GST_MAP_READ));
    for (std::size_t i = 0; i < objects.size(); ++i) {
        FUZZ_CHECK(json.at("objects")[i].at("id") == objects[i].id);
        check_mask(json.at("objects")[i], content.view, map.data);
    }
    gst_buffer_unmap(content.view.map, &map);
}

/// Everything that the header promises about a buffer that it accepts; the objects that are well-formed.
std::vector<GstAusmObject> check_view(GstBuffer* buffer, const GstAusmMetaView& view, bool with_text) {
    FUZZ_CHECK(view.width > 0 && view.height > 0 && view.map_width > 0 && view.map_height > 0);
    FUZZ_CHECK(view.pixel_aspect_n > 0 && view.pixel_aspect_d > 0);
    FUZZ_CHECK(g_utf8_validate(view.source, -1, nullptr));
    const auto size = static_cast<gsize>(view.map_width) * static_cast<gsize>(view.map_height);
    FUZZ_CHECK(gst_buffer_get_size(view.map) == size);
    FUZZ_CHECK(!view.confidence || gst_buffer_get_size(view.confidence) == size);
    std::vector<GstAusmObject> objects;
    for (guint i = 0; i < view.n_objects; ++i) {
        GstAusmObject object;
        if (!gst_ausm_meta_get_object(&view, i, &object))
            continue;
        check_object(object);
        objects.push_back(object);
    }
    GstAusmObject object;
    FUZZ_CHECK(!gst_ausm_meta_get_object(&view, view.n_objects, &object));
    FUZZ_CHECK(!gst_ausm_meta_get_object(&view, G_MAXUINT, &object));
    if (with_text)
        check_json(buffer, objects, view.serial % 2 == 1);
    return objects;
}

void check_reading(Input& input, bool with_text) {
    const Owned<GstBuffer> buffer(gst_buffer_new());
    ausm::gst::register_meta();
    GstStructure* structure =
        gst_custom_meta_get_structure(gst_buffer_add_custom_meta(buffer.get(), GST_AUSM_META_NAME));
    const Owned<GstStructure> made(ausm::fuzz::likely_structure(GST_AUSM_META_NAME, meta_fields(), input));
    gst_structure_foreach(
        made.get(),
        [](GQuark field, const GValue* value, gpointer to) -> gboolean {
            gst_structure_id_set_value(static_cast<GstStructure*>(to), field, value);
            return TRUE;
        },
        structure);
    GstAusmMetaView view;
    if (gst_ausm_meta_get(buffer.get(), &view))
        check_view(buffer.get(), view, with_text);
    else
        FUZZ_CHECK(!ausm::gst::MetaContent(buffer.get()).found);
}

ausm::Result any_result(Input& input) {
    ausm::Result result;
    result.map_width = input.between(1, 12);
    result.map_height = input.between(1, 12);
    const auto size = static_cast<std::size_t>(result.map_width) * static_cast<std::size_t>(result.map_height);
    for (std::size_t i = 0; i < size; ++i)
        result.map.push_back(input.byte());
    if (input.coin())
        result.confidence.assign(size, input.byte());
    for (int count = input.between(0, 3); count > 0; --count) {
        ausm::Object object;
        object.id = 1 + input.number<std::uint16_t>();
        object.value = static_cast<std::uint8_t>(input.between(1, 254));
        object.label = input.text(20);
        object.score = static_cast<float>(input.byte() / 255.0);
        object.box = {input.byte() / 512.0, input.byte() / 512.0, 0.5 + input.byte() / 512.0,
                      0.5 + input.byte() / 512.0};
        object.area = input.byte() / 255.0;
        object.state = static_cast<ausm::ObjectState>(input.byte() % 4);
        object.origin = static_cast<ausm::ObjectOrigin>(input.byte() % 2);
        result.objects.push_back(std::move(object));
    }
    return result;
}

void check_writing(Input& input, bool with_text) {
    ausm::Result result = any_result(input);
    const std::vector<std::uint8_t> map = result.map, confidence = result.confidence;
    const Owned<GstBuffer> buffer(gst_buffer_new());
    const ausm::gst::MetaOptions options{input.between(1, 99), input.between(1, 99), input.coin(), "fuzz",
                                         input.byte()};
    FUZZ_CHECK(ausm::gst::attach_meta(buffer.get(), result, options));
    GstAusmMetaView view;
    FUZZ_CHECK(gst_ausm_meta_get(buffer.get(), &view));
    const auto objects = check_view(buffer.get(), view, with_text);
    FUZZ_CHECK(view.width == options.width && view.height == options.height && view.serial == options.serial);
    FUZZ_CHECK(gst_buffer_memcmp(view.map, 0, map.data(), map.size()) == 0);
    FUZZ_CHECK((view.confidence == nullptr) == confidence.empty());
    FUZZ_CHECK(!view.confidence || gst_buffer_memcmp(view.confidence, 0, confidence.data(), confidence.size()) == 0);
    FUZZ_CHECK(objects.size() == result.objects.size());
    for (std::size_t i = 0; i < objects.size(); ++i) {
        FUZZ_CHECK(objects[i].id == result.objects[i].id && objects[i].value == result.objects[i].value);
        FUZZ_CHECK(objects[i].x1 == result.objects[i].box[2] && objects[i].area == result.objects[i].area);
        FUZZ_CHECK(static_cast<int>(objects[i].state) == static_cast<int>(result.objects[i].state));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ausm::fuzz::start_gstreamer();
    Input input(data, size);
    // The text form costs ten times what all the rest does: a sum picks inputs, which no mutation leaves alone.
    const bool with_text = std::accumulate(data, data + size, 0U) % 16 == 0;
    if (input.byte() % 4 == 0)
        check_writing(input, with_text);
    else
        check_reading(input, with_text);
    return 0;
}
