// SPDX-License-Identifier: MIT
// Elements from launch lines, and properties from the configuration.
#include "pipelines/rtsp/element.h"

#include <algorithm>

namespace ausm::rtsp {

namespace {

Owned<GstElement> checked(GstElement* made, GError* raw) {
    const Owned<GError> error(raw);
    Owned<GstElement> element(made);
    if (!element || error)
        throw Failure(std::string("an element is missing (") + (error ? error->message : "unknown reason") +
                      "); ./setup --with rtsp installs what is needed.");
    gst_object_ref_sink(element.get());
    return element;
}

void set_property(GstElement* element, const Property& property) {
    GObject* const object = G_OBJECT(element);
    const std::string type = GST_OBJECT_NAME(gst_element_get_factory(element));
    GParamSpec* const spec = g_object_class_find_property(G_OBJECT_GET_CLASS(object), property.name.c_str());
    if (!spec || (spec->flags & G_PARAM_WRITABLE) == 0)
        throw Failure(property.path + ": " + type + " has no such property; gst-inspect-1.0 " + type + " lists them.");
    GValue value = G_VALUE_INIT;
    g_value_init(&value, spec->value_type);
    const bool read = gst_value_deserialize_with_pspec(&value, property.value.c_str(), spec);
    const bool in_range = read && !g_param_value_validate(spec, &value);
    if (in_range)
        g_object_set_property(object, spec->name, &value);
    g_value_unset(&value);
    if (!in_range)
        throw Failure(property.path + ": '" + property.value + "' is not what " + type + " takes; gst-inspect-1.0 " +
                      type + " tells.");
}

void refuse(const Properties& properties, std::initializer_list<const char*> names) {
    for (const Property& property : properties)
        if (std::find(names.begin(), names.end(), property.name) != names.end())
            throw Failure(property.path + ": the service sets this property itself.");
}

void check_overlay(const CameraConfig& camera, const std::string& path) {
    refuse(camera.overlay, {"output", "name", "qos"});
    if (camera.show == Show::kUntouched && !camera.overlay.empty())
        throw Failure(camera.overlay.front().path + ": nothing is drawn with \"show\": \"untouched\".");
    const auto overlay = make_pipeline(camera.show == Show::kHidden ? "maskoverlay effect=blur" : "maskoverlay");
    set_properties(overlay.get(), camera.overlay);
    gint effect = 0, missing = 0;
    g_object_get(overlay.get(), "effect", &effect, "missing", &missing, nullptr);
    const auto auto_or_hide = [&] {
        GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(overlay.get()), "missing");
        GEnumClass* values = G_PARAM_SPEC_ENUM(spec)->enum_class;
        const GEnumValue* value = g_enum_get_value(values, missing);
        return g_str_equal(value->value_nick, "auto") || g_str_equal(value->value_nick, "hide");
    };
    if (camera.show == Show::kMasks && effect != 0)
        throw Failure(path + ".show: an effect hides; write \"show\": \"hidden\".");
    if (camera.show == Show::kHidden && (effect == 0 || !auto_or_hide()))
        throw Failure(path + ".overlay: with \"show\": \"hidden\" the effect must hide, and missing be auto or hide.");
}

}  // namespace

Owned<GstElement> make_pipeline(const std::string& line) {
    GError* error = nullptr;
    GstElement* made = gst_parse_launch_full(line.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error);
    return checked(made, error);
}

Owned<GstElement> make_bin(const std::string& line) {
    GError* error = nullptr;
    GstElement* made =
        gst_parse_bin_from_description_full(line.c_str(), TRUE, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error);
    return checked(made, error);
}

void set_properties(GstElement* element, const Properties& properties) {
    for (const Property& property : properties)
        set_property(element, property);
}

Owned<GstElement> element_in(GstElement* bin, const char* name) {
    return Owned<GstElement>(gst_bin_get_by_name(GST_BIN(bin), name));
}

std::string problem_text(GstMessage* message) {
    GError* raw = nullptr;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        gst_message_parse_error(message, &raw, nullptr);
    else
        gst_message_parse_warning(message, &raw, nullptr);
    return Owned<GError>(raw)->message;
}

std::string picture_caps(const CameraConfig& camera) {
    return "video/x-raw,format=I420,width=" + std::to_string(camera.width) +
           ",height=" + std::to_string(camera.height) + ",pixel-aspect-ratio=1/1";
}

std::string picture_source(const CameraConfig& camera, int pictures) {
    return "appsrc name=input is-live=true format=time leaky-type=downstream max-buffers=" + std::to_string(pictures) +
           " caps=\"" + picture_caps(camera) + ",framerate=0/1\" ";
}

void check_elements(const Config& config) {
    refuse(config.segment, {"latency", "reset-on", "name", "state-location"});
    set_properties(make_pipeline("ausmsegment").get(), config.segment);
    for (std::size_t i = 0; i < config.cameras.size(); ++i) {
        const CameraConfig& camera = config.cameras[i];
        const std::string path = "$.cameras[" + std::to_string(i) + "]";
        check_overlay(camera, path);
        set_properties(make_pipeline("ausmprompt").get(), camera.prompt);
        if (camera.uri.starts_with("test:"))
            set_properties(make_pipeline("videotestsrc").get(), {{"pattern", camera.uri.substr(5), path + ".uri"}});
        if (!camera.json.wanted())
            continue;
        if (!Owned<GstElementFactory>(gst_element_factory_find("maskjson")))
            throw Failure(path + ".json: the element maskjson is not installed, so there are no JSON lines.");
        set_properties(make_pipeline("maskjson").get(), camera.json.maskjson);
    }
}

}  // namespace ausm::rtsp
