// SPDX-License-Identifier: MIT
// The properties of ausmsegment: their declaration, and the plain values behind them.
#include "settings.h"

#include <string>

namespace ausm::gst {

namespace {

enum : guint {
    PROP_WEIGHTS = 1,
    PROP_DEVICE,
    PROP_PRECISION,
    PROP_MODE,
    PROP_THRESHOLD,
    PROP_MAX_OBJECTS,
    PROP_INFERENCE_SIZE,
    PROP_MAX_AGE,
    PROP_MAP_SIZE,
    PROP_SEED,
    PROP_LATENCY,
    PROP_BATCH_TIMEOUT,
    PROP_TOP_K,
    PROP_PASSES,
    PROP_CONFIDENCE,
    PROP_CLASSES,
    PROP_INTERVAL,
    PROP_RESET_ON,
    PROP_CLICK_TO_PROMPT,
    PROP_QOS,
    PROP_ANALYTICS_META,
};

constexpr int kGrid = 32;  // the network's input is a multiple of it

GType precision_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(Precision::kAuto), "What the device does best", "auto"},
        {static_cast<gint>(Precision::kFloat32), "32-bit floating point", "fp32"},
        {static_cast<gint>(Precision::kBfloat16), "bfloat16", "bf16"},
        {static_cast<gint>(Precision::kFloat16), "16-bit floating point", "fp16"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstAusmPrecision", values);
    return type;
}

GType mode_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(Mode::kAuto), "Discovery until the first prompt, then prompted objects only", "auto"},
        {static_cast<gint>(Mode::kAll), "Prompted and discovered objects", "all"},
        {static_cast<gint>(Mode::kPrompted), "Prompted objects only", "prompted"},
        {static_cast<gint>(Mode::kDiscovery), "Discovered objects only", "discovery"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstAusmMode", values);
    return type;
}

GType map_size_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(MapSize::kFrame), "As large as the picture", "frame"},
        {static_cast<gint>(MapSize::kModel), "As large as the model's own masks, scaled by the reader", "model"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstAusmMapSize", values);
    return type;
}

GType qos_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(Qos::kFalse), "Every frame is segmented", "false"},
        {static_cast<gint>(Qos::kTrue), "Late frames carry the last map", "true"},
        {static_cast<gint>(Qos::kAuto), "As true in a live pipeline, else as false", "auto"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstAusmQos", values);
    return type;
}

GType reset_on_type() {
    static const GFlagsValue values[] = {
        {kResetOnFlush, "A flush, as a seek brings it", "flush"},
        {kResetOnCaps, "Another format, size or rate", "caps"},
        {kResetOnStreamStart, "A new stream", "stream-start"},
        {kResetOnDiscont, "A frame with the flag discont, but for the first", "discont"},
        {kResetOnGap, "A gap event", "gap"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_flags_register_static("GstAusmResetOn", values);
    return type;
}

GParamFlags flags(gint mutability) {
    return static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | mutability);
}

std::string text(const GValue* value) {
    const char* string = g_value_get_string(value);
    return string ? string : "";
}

void install_engine(GObjectClass* klass) {
    g_object_class_install_property(
        klass, PROP_WEIGHTS,
        g_param_spec_string(
            "weights", "Weights",
            "File with the model's weights (safetensors); unset: $AUSM_WEIGHTS, else the installed default", nullptr,
            flags(GST_PARAM_MUTABLE_READY)));
    g_object_class_install_property(
        klass, PROP_DEVICE,
        g_param_spec_string("device", "Device", "Where the model runs: auto, cpu, cuda or cuda:N", "auto",
                            flags(GST_PARAM_MUTABLE_READY)));
    g_object_class_install_property(
        klass, PROP_PRECISION,
        g_param_spec_enum("precision", "Precision",
                          "Number format of the network; auto: $AUSM_PRECISION (fp32 or bf16), else what the device "
                          "does best",
                          precision_type(), static_cast<gint>(Precision::kAuto), flags(GST_PARAM_MUTABLE_READY)));
    g_object_class_install_property(
        klass, PROP_SEED,
        g_param_spec_uint64("seed", "Seed", "Order in which the model's ID vectors are given out; 0: 0, 1, 2, ...", 0,
                            G_MAXUINT64, 0, flags(GST_PARAM_MUTABLE_READY)));
}

void install_session(GObjectClass* klass) {
    const SessionOptions defaults;
    g_object_class_install_property(
        klass, PROP_MODE,
        g_param_spec_enum("mode", "Mode", "Which objects are followed", mode_type(), static_cast<gint>(defaults.mode),
                          flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_THRESHOLD,
        g_param_spec_double("threshold", "Threshold", "Presence from which a detection becomes an object", 0, 1,
                            defaults.threshold, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_MAX_OBJECTS,
        g_param_spec_int("max-objects", "Max objects", "Living objects at once; 0: as many as the model can", 0, 254,
                         defaults.max_objects, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_INFERENCE_SIZE,
        g_param_spec_int(
            "inference-size", "Inference size",
            "Short side of the network's input in pixels, taken to the next multiple of 32; 0: the model's own", 0,
            2048, defaults.inference_size, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_MAX_AGE,
        g_param_spec_int("max-age", "Max age",
                         "Frames that an unseen discovered object is kept; prompted ones never expire", 0, G_MAXINT,
                         defaults.max_age, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_MAP_SIZE,
        g_param_spec_enum("map-size", "Map size", "Size of the label map in the metadata", map_size_type(),
                          static_cast<gint>(defaults.map_size), flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_LATENCY,
        g_param_spec_int("latency", "Latency",
                         "Latency declared to live pipelines in milliseconds; -1: what frames are seen to take", -1,
                         60000, -1, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_BATCH_TIMEOUT,
        g_param_spec_int("batch-timeout", "Batch timeout",
                         "Microseconds that a frame may wait for those of other active streams, to be computed with "
                         "them; on the CPU frames are computed one by one and never wait",
                         0, 1'000'000, defaults.batch_timeout, flags(GST_PARAM_MUTABLE_PLAYING)));
}

void install_objects(GObjectClass* klass) {
    const SessionOptions defaults;
    g_object_class_install_property(
        klass, PROP_TOP_K,
        g_param_spec_int("top-k", "Top k", "Detections that may become objects on one frame, the surest first; 0: all",
                         0, 254, defaults.top_k, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_PASSES,
        g_param_spec_int("passes", "Passes",
                         "Each above 1 is a refinement pass: the frame once more, with every object's own mask", 1, 8,
                         defaults.passes, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_CONFIDENCE,
        g_param_spec_boolean("confidence", "Confidence",
                             "Whether the metadata has the winning object's probability for every pixel",
                             defaults.confidence, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_CLASSES,
        g_param_spec_string("classes", "Classes",
                            "Labels that prompts may have, parted by commas; a prompt without a label is always taken; "
                            "empty: all",
                            "", flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_CLICK_TO_PROMPT,
        g_param_spec_boolean("click-to-prompt", "Click to prompt",
                             "Whether clicks and touches on the shown picture are prompts: left selects or refines, a "
                             "drag is a box, right removes",
                             FALSE, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_ANALYTICS_META,
        g_param_spec_boolean("analytics-meta", "Analytics metadata",
                             "Whether the results are also attached as GstAnalytics records, where this build has them "
                             "(GStreamer 1.24 or newer)",
                             TRUE, flags(GST_PARAM_MUTABLE_PLAYING)));
}

void install_pace(GObjectClass* klass) {
    g_object_class_install_property(
        klass, PROP_INTERVAL,
        g_param_spec_int("interval", "Interval",
                         "The network sees every n-th frame and every frame with a prompt; the others carry the last "
                         "map, marked as not fresh",
                         1, 1000, 1, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_QOS,
        g_param_spec_enum("qos", "Quality of service",
                          "Whether a frame that is late downstream carries the last map, marked as not fresh, instead "
                          "of one of its own, so that no picture is lost; a message tells each time",
                          qos_type(), static_cast<gint>(Qos::kAuto), flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_RESET_ON,
        g_param_spec_flags("reset-on", "Reset on", "What makes a stream forget everything", reset_on_type(),
                           kResetOnFlush | kResetOnStreamStart, flags(GST_PARAM_MUTABLE_PLAYING)));
}

}  // namespace

bool same_engine(const EngineOptions& a, const EngineOptions& b) {
    return a.weights == b.weights && a.device == b.device && a.precision == b.precision && a.threads == b.threads;
}

void segment_settings_install(GObjectClass* klass) {
    install_engine(klass);
    install_session(klass);
    install_objects(klass);
    install_pace(klass);
    for (const GType type : {precision_type(), mode_type(), map_size_type(), reset_on_type()})
        gst_type_mark_as_plugin_api(type, static_cast<GstPluginAPIFlags>(0));
}

bool segment_settings_set(SegmentSettings& settings, guint id, const GValue* value) {
    switch (id) {
    case PROP_WEIGHTS: settings.engine.weights = text(value); break;
    case PROP_DEVICE: settings.engine.device = text(value).empty() ? "auto" : text(value); break;
    case PROP_PRECISION: settings.engine.precision = static_cast<Precision>(g_value_get_enum(value)); break;
    case PROP_MODE: settings.session.mode = static_cast<Mode>(g_value_get_enum(value)); break;
    case PROP_THRESHOLD: settings.session.threshold = g_value_get_double(value); break;
    case PROP_MAX_OBJECTS: settings.session.max_objects = g_value_get_int(value); break;
    case PROP_INFERENCE_SIZE:
        settings.session.inference_size = (g_value_get_int(value) + kGrid - 1) / kGrid * kGrid;
        break;
    case PROP_MAX_AGE: settings.session.max_age = g_value_get_int(value); break;
    case PROP_MAP_SIZE: settings.session.map_size = static_cast<MapSize>(g_value_get_enum(value)); break;
    case PROP_SEED: settings.session.seed = g_value_get_uint64(value); break;
    case PROP_LATENCY: settings.latency = g_value_get_int(value); break;
    case PROP_BATCH_TIMEOUT: settings.session.batch_timeout = g_value_get_int(value); break;
    case PROP_TOP_K: settings.session.top_k = g_value_get_int(value); break;
    case PROP_PASSES: settings.session.passes = g_value_get_int(value); break;
    case PROP_CONFIDENCE: settings.session.confidence = g_value_get_boolean(value); break;
    case PROP_CLASSES: settings.classes = text(value); break;
    case PROP_INTERVAL: settings.interval = g_value_get_int(value); break;
    case PROP_RESET_ON: settings.reset_on = g_value_get_flags(value); break;
    case PROP_CLICK_TO_PROMPT: settings.click_to_prompt = g_value_get_boolean(value); break;
    case PROP_QOS: settings.qos = static_cast<Qos>(g_value_get_enum(value)); break;
    case PROP_ANALYTICS_META: settings.analytics = g_value_get_boolean(value); break;
    default: return false;
    }
    ++settings.revision;
    return true;
}

bool segment_settings_get(const SegmentSettings& settings, guint id, GValue* value) {
    switch (id) {
    case PROP_WEIGHTS:
        g_value_set_string(value, settings.engine.weights.empty() ? nullptr : settings.engine.weights.c_str());
        break;
    case PROP_DEVICE: g_value_set_string(value, settings.engine.device.c_str()); break;
    case PROP_PRECISION: g_value_set_enum(value, static_cast<gint>(settings.engine.precision)); break;
    case PROP_MODE: g_value_set_enum(value, static_cast<gint>(settings.session.mode)); break;
    case PROP_THRESHOLD: g_value_set_double(value, settings.session.threshold); break;
    case PROP_MAX_OBJECTS: g_value_set_int(value, settings.session.max_objects); break;
    case PROP_INFERENCE_SIZE: g_value_set_int(value, settings.session.inference_size); break;
    case PROP_MAX_AGE: g_value_set_int(value, settings.session.max_age); break;
    case PROP_MAP_SIZE: g_value_set_enum(value, static_cast<gint>(settings.session.map_size)); break;
    case PROP_SEED: g_value_set_uint64(value, settings.session.seed); break;
    case PROP_LATENCY: g_value_set_int(value, settings.latency); break;
    case PROP_BATCH_TIMEOUT: g_value_set_int(value, settings.session.batch_timeout); break;
    case PROP_TOP_K: g_value_set_int(value, settings.session.top_k); break;
    case PROP_PASSES: g_value_set_int(value, settings.session.passes); break;
    case PROP_CONFIDENCE: g_value_set_boolean(value, settings.session.confidence); break;
    case PROP_CLASSES: g_value_set_string(value, settings.classes.c_str()); break;
    case PROP_INTERVAL: g_value_set_int(value, settings.interval); break;
    case PROP_RESET_ON: g_value_set_flags(value, settings.reset_on); break;
    case PROP_CLICK_TO_PROMPT: g_value_set_boolean(value, settings.click_to_prompt); break;
    case PROP_QOS: g_value_set_enum(value, static_cast<gint>(settings.qos)); break;
    case PROP_ANALYTICS_META: g_value_set_boolean(value, settings.analytics); break;
    default: return false;
    }
    return true;
}

}  // namespace ausm::gst
