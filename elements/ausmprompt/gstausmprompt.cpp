// SPDX-License-Identifier: MIT
// ausmprompt: brings prompts into a video stream, in front of the frame they belong to.

/**
 * SECTION:element-ausmprompt
 * @title: ausmprompt
 * @short_description: brings prompts into a video stream
 *
 * Sends serialized events named `ausm-prompt` directly in front of the frames they belong to; the frames pass
 * unchanged. It stands directly before ausmsegment: a leaky queue in between could drop a prompt. ausmsegment answers
 * each prompt by an element message `ausm-prompt`; those that are refused here are answered in the same way. Its field
 * `late` says that the frame or time of the prompt had passed when it came, so that the next frame got it.
 * elements/prompts.md shows every prompt and source by example; prompt.schema.json has the grammar.
 *
 * Pixels are those of the picture that passes here with the prompt's frame: they are sent on as shares of it, so that a
 * scaler in between changes nothing. A box over the picture's edges is clipped when at least half of it lies inside.
 *
 * The properties box, points and mask-location are standing prompts: they belong to the first frame, and again to the
 * first one after a new stream or a flush; one that is changed while playing belongs to the next frame. The property
 * location names a file with one JSON object a line, each with `frame` (counted from 0), with `time` (seconds of stream
 * time: the first frame that ends after it) or with neither (the first frame). After a flush frames are no longer
 * counted: what is left with `frame` is refused, what has a `time` from there on is due again. Lines of maskjson are read,
 * too: each of their objects is shown by the first line that has it.
 *
 * The signal #GstAusmPrompt::add-prompt takes the same while the stream runs, and so does the request pad `prompt_sink`
 * as `application/x-json`: text of such lines, which never makes the video wait. As GRAY8 video the pad takes masks:
 * each belongs to the frame that its running time falls in, of several the last. Values 1 to 254 are ids; a mask of
 * only 0 and 255, or one with soft edges, which is cut at half, shows one object, whose id is the property object, or 1.
 * What could be meant in several ways is skipped with a warning. With wait-prompts a frame waits until the
 * masks have reached its end, as textoverlay waits for text: put a queue before each pad. The pad adds no latency: in
 * a live pipeline masks that come later than the video make it late, unless wait-prompts is off. Seeks go to both
 * sides.
 *
 * With detections, what other elements have found on a frame (region-of-interest metadata, or GStreamer's analytics
 * metadata) becomes box prompts for what is not followed yet.
 *
 * Text is UTF-8. Lines that break the grammar are skipped with a warning that has line and column. A file with more than 1000 of them,
 * more than 100000 prompts or 1 GiB is an error; on prompt_sink the text ends there and the video goes on. 1024 prompts
 * of the application and of prompt_sink may wait for their frames: then the signal refuses, and prompt_sink waits.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 -m videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240 ! ausmprompt points=0.8,0.3 ! ausmsegment ! fakesink
 * ]| Follows the thing at a point; -m prints what becomes of it.
 * |[
 * gst-launch-1.0 -m videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240 ! ausmprompt unit=pixel box="10,20,100,120;200,20,300,120" object=5 label=bar ! ausmsegment ! fakesink
 * ]| Follows two things with the ids 5 and 6, given in pixels.
 * |[
 * gst-launch-1.0 -m videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240,framerate=30/1 ! queue ! ausmprompt name=prompt ! ausmsegment mode=prompted ! fakesink  videotestsrc pattern=white num-buffers=3 ! video/x-raw,format=RGB,width=80,height=60,framerate=30/1 ! videobox left=-200 right=-40 top=-40 bottom=-140 ! videoconvert ! video/x-raw,format=GRAY8 ! queue ! prompt.prompt_sink
 * ]| Shows the mask of a thing on each of the first three frames.
 */

#include "gstausmprompt.h"

#include "frame.h"

#include "gst/action_signal.h"
#include "gst/guard.h"
#include "gst/raii.h"

#include <optional>
#include <utility>
#include <vector>

GST_DEBUG_CATEGORY(gst_ausm_prompt_debug);
#define GST_CAT_DEFAULT gst_ausm_prompt_debug

using namespace ausm::gst;

struct _GstAusmPrompt {
    GstBaseTransform parent;
    PromptState* priv;
};

enum { SIGNAL_ADD_PROMPT, N_SIGNALS };
static guint signals[N_SIGNALS];

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw(ANY)"));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw(ANY)"));
static GstStaticPadTemplate prompt_sink_template =
    GST_STATIC_PAD_TEMPLATE("prompt_sink", GST_PAD_SINK, GST_PAD_REQUEST,
                            GST_STATIC_CAPS("application/x-json; video/x-raw, format=(string)GRAY8"));

G_DEFINE_FINAL_TYPE_WITH_CODE(GstAusmPrompt, gst_ausm_prompt, GST_TYPE_BASE_TRANSFORM,
                              GST_DEBUG_CATEGORY_INIT(gst_ausm_prompt_debug, "ausmprompt", 0,
                                                      "brings prompts into the stream"))
GST_ELEMENT_REGISTER_DEFINE(ausmprompt, "ausmprompt", GST_RANK_NONE, GST_TYPE_AUSM_PROMPT)

static void gst_ausm_prompt_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
    auto* self = GST_AUSM_PROMPT(object);
    const bool known = guard_quietly(self, true, [&] {
        bool wait = true;
        {
            const ObjectLock lock(self);
            if (!prompt_settings_set(self->priv->settings, id, value))
                return false;
            wait = self->priv->settings.wait_prompts;
        }
        self->priv->inbox->set_wait(wait);
        return true;
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_ausm_prompt_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
    auto* self = GST_AUSM_PROMPT(object);
    const bool known = guard_quietly(self, true, [&] {
        const ObjectLock lock(self);
        return prompt_settings_get(self->priv->settings, id, value);
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static gboolean gst_ausm_prompt_add_prompt(GstAusmPrompt* self, const GstStructure* structure) {
    return guard(GST_ELEMENT(self), false, [&] {
        auto parsed = PromptEntry::from_structure(structure);
        if (const auto* wrong = std::get_if<PromptError>(&parsed)) {
            refuse_prompt(GST_BASE_TRANSFORM(self), *wrong);
            return false;
        }
        auto& entry = std::get<PromptEntry>(parsed);
        if (self->priv->inbox->submit(entry) == Handed::kTaken)
            return true;
        refuse_prompt(GST_BASE_TRANSFORM(self), entry.line(),
                      std::to_string(PromptInbox::kMaxWaiting) + " prompts wait for their frames already");
        return false;
    });
}

static bool gst_ausm_prompt_load(GstAusmPrompt* self, const std::string& location) {
    BadLines bad;
    std::string error;
    if (!self->priv->schedule.load(location, bad, error)) {
        GST_ELEMENT_ERROR(self, RESOURCE, READ,
                          ("The prompts in '%s' cannot be read: %s.", location.c_str(), error.c_str()),
                          ("Set the property location to a file with one JSON object a line."));
        return false;
    }
    for (const std::string& line : bad.first)
        GST_ELEMENT_WARNING(self, STREAM, DECODE, ("A prompt was skipped: %s, %s", location.c_str(), line.c_str()),
                            (nullptr));
    if (bad.count > bad.first.size())
        GST_ELEMENT_WARNING(
            self, STREAM, DECODE,
            ("%" G_GSIZE_FORMAT " more prompts of %s were skipped.", bad.count - bad.first.size(), location.c_str()),
            (nullptr));
    return true;
}

static gboolean gst_ausm_prompt_start(GstBaseTransform* base) {
    auto* self = GST_AUSM_PROMPT(base);
    return guard(GST_ELEMENT(self), false, [self] {
        PromptSettings settings;
        {
            const ObjectLock lock(self);
            settings = self->priv->settings;
        }
        const auto lines = settings.standing.lines(kStandingAll);
        if (const auto* wrong = std::get_if<std::string>(&lines)) {
            GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("The prompt cannot be used: %s.", wrong->c_str()), (nullptr));
            return false;
        }
        self->priv->standing_due = true;
        self->priv->frame_duration = GST_CLOCK_TIME_NONE;
        self->priv->width = self->priv->height = 0;
        self->priv->position.restart();
        return gst_ausm_prompt_load(self, settings.location);
    });
}

static gboolean gst_ausm_prompt_set_caps(GstBaseTransform* base, GstCaps* caps, GstCaps*) {
    PromptState& priv = *GST_AUSM_PROMPT(base)->priv;
    const GstStructure* structure = gst_caps_get_structure(caps, 0);
    gint n = 0;
    gint d = 0;
    const bool known = gst_structure_get_fraction(structure, "framerate", &n, &d) && n > 0 && d > 0;
    priv.frame_duration = known ? gst_util_uint64_scale_int(GST_SECOND, d, n) : GST_CLOCK_TIME_NONE;
    priv.width = priv.height = 0;
    gst_structure_get_int(structure, "width", &priv.width);
    gst_structure_get_int(structure, "height", &priv.height);
    return TRUE;
}

/// Answers the prompts that no frame came for.
static void gst_ausm_prompt_refuse(GstAusmPrompt* self, const std::vector<PromptEntry>& entries, const char* reason) {
    for (const PromptEntry& entry : entries)
        refuse_prompt(GST_BASE_TRANSFORM(self), entry.line(), reason);
}

static void gst_ausm_prompt_handle(GstAusmPrompt* self, GstEvent* event) {
    PromptState& priv = *self->priv;
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START:
        priv.schedule.restart();
        priv.position.restart();
        priv.inbox->start_video();
        priv.standing_due = true;
        break;
    case GST_EVENT_SEGMENT: {
        const GstSegment* segment = nullptr;
        gst_event_parse_segment(event, &segment);
        priv.position.segment(*segment);
        priv.inbox->start_segment();
        break;
    }
    case GST_EVENT_FLUSH_START: priv.inbox->start_video_flush(); break;
    case GST_EVENT_FLUSH_STOP:
        priv.position.flush();
        priv.inbox->stop_video_flush();
        priv.standing_due = true;
        break;
    case GST_EVENT_EOS:
        gst_ausm_prompt_refuse(self, priv.inbox->end_video(), "the stream ended before its frame");
        break;
    default: break;
    }
}

static gboolean gst_ausm_prompt_sink_event(GstBaseTransform* base, GstEvent* event) {
    auto* self = GST_AUSM_PROMPT(base);
    const bool handled = guard(GST_ELEMENT(self), false, [&] {
        gst_ausm_prompt_handle(self, event);
        return true;
    });
    if (handled)
        return GST_BASE_TRANSFORM_CLASS(gst_ausm_prompt_parent_class)->sink_event(base, event);
    gst_event_unref(event);
    return FALSE;
}

/// The prompt pad, or nothing.
static Owned<GstObject> gst_ausm_prompt_prompt_sink(GstAusmPrompt* self) {
    const ObjectLock lock(self);
    GstPad* pad = self->priv->prompt_sink;
    return Owned<GstObject>(pad ? GST_OBJECT(gst_object_ref(pad)) : nullptr);
}

/// A seek goes to both sides, or the masks would stay where they were.
static gboolean gst_ausm_prompt_src_event(GstBaseTransform* base, GstEvent* event) {
    auto* self = GST_AUSM_PROMPT(base);
    auto* parent = GST_BASE_TRANSFORM_CLASS(gst_ausm_prompt_parent_class);
    const Owned<GstObject> pad = gst_ausm_prompt_prompt_sink(self);
    if (GST_EVENT_TYPE(event) != GST_EVENT_SEEK || !pad)
        return parent->src_event(base, event);
    GstSeekFlags seek_flags = GST_SEEK_FLAG_NONE;
    gst_event_parse_seek(event, nullptr, nullptr, &seek_flags, nullptr, nullptr, nullptr, nullptr);
    GstEvent* again = gst_event_ref(event);
    self->priv->inbox->set_seeking((seek_flags & GST_SEEK_FLAG_FLUSH) != 0);
    const gboolean handled = parent->src_event(base, event);
    if (handled)
        gst_pad_push_event(GST_PAD(pad.get()), again);
    else
        gst_event_unref(again);
    self->priv->inbox->set_seeking(false);
    return handled;
}

/// Before the pad's caps, what is linked to it may say what alone it can send: only for masks do frames wait.
static void gst_ausm_prompt_ask_content(GstAusmPrompt* self) {
    const Owned<GstObject> pad = gst_ausm_prompt_prompt_sink(self);
    if (!pad || !self->priv->inbox->is_undecided())
        return;
    const Owned<GstCaps> known(gst_static_pad_template_get_caps(&prompt_sink_template));
    const Owned<GstCaps> caps(gst_pad_peer_query_caps(GST_PAD(pad.get()), known.get()));
    guint videos = 0;
    for (guint i = 0; i < gst_caps_get_size(caps.get()); ++i)
        videos += gst_structure_has_name(gst_caps_get_structure(caps.get(), i), "video/x-raw") ? 1 : 0;
    if (gst_caps_get_size(caps.get()) > 0 && (videos == 0 || videos == gst_caps_get_size(caps.get())))
        self->priv->inbox->expect(videos == 0 ? PadContent::kJson : PadContent::kMasks);
}

static GstFlowReturn gst_ausm_prompt_transform_ip(GstBaseTransform* base, GstBuffer* buffer) {
    auto* self = GST_AUSM_PROMPT(base);
    return guard(GST_ELEMENT(self), GST_FLOW_ERROR, [&] {
        const GstClockTime pts = GST_BUFFER_PTS(buffer);
        const GstClockTime duration =
            GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : self->priv->frame_duration;
        gst_ausm_prompt_ask_content(self);
        std::optional<TimedMask> mask;
        if (!self->priv->inbox->wait_for_mask(running_span(base->segment, pts, duration), mask))
            return GST_FLOW_FLUSHING;
        send_prompts(base, *self->priv, {buffer, pts, duration, std::move(mask)});
        return GST_FLOW_OK;
    });
}

static GstPad* gst_ausm_prompt_request_new_pad(GstElement* element, GstPadTemplate* pad_template, const gchar*,
                                               const GstCaps*) {
    auto* self = GST_AUSM_PROMPT(element);
    GstPad* pad = guard(element, static_cast<GstPad*>(nullptr),
                        [&] { return gst_ausm_prompt_pad_new(pad_template, self->priv->reader, self->priv->inbox); });
    if (!pad)
        return nullptr;
    {
        const ObjectLock lock(self);
        if (self->priv->prompt_sink) {
            GST_WARNING_OBJECT(self, "there is one pad prompt_sink only");
            gst_clear_object(&pad);
            return nullptr;
        }
        self->priv->prompt_sink = pad;
    }
    self->priv->reader->reset();
    gst_pad_set_active(pad, TRUE);
    gst_element_add_pad(element, pad);
    return pad;
}

static void gst_ausm_prompt_release_pad(GstElement* element, GstPad* pad) {
    auto* self = GST_AUSM_PROMPT(element);
    const Owned<GstObject> owned(GST_OBJECT(gst_object_ref(pad)));
    self->priv->inbox->unlink();  // wakes who waits for it or in it
    gst_pad_set_active(pad, FALSE);
    gst_element_remove_pad(element, pad);
    const ObjectLock lock(self);
    self->priv->prompt_sink = nullptr;  // from here on there may be another
}

static GstStateChangeReturn gst_ausm_prompt_change_state(GstElement* element, GstStateChange transition) {
    auto* self = GST_AUSM_PROMPT(element);
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
        self->priv->inbox->start();
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        self->priv->inbox->stop();  // who waits would hold up the pads' deactivation
    const GstStateChangeReturn result =
        GST_ELEMENT_CLASS(gst_ausm_prompt_parent_class)->change_state(element, transition);
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        guard(element, true, [self] {
            gst_ausm_prompt_refuse(self, self->priv->inbox->clear(), "the element stopped before its frame");
            self->priv->reader->reset();
            return true;
        });
    return result;
}

static void gst_ausm_prompt_finalize(GObject* object) {
    delete GST_AUSM_PROMPT(object)->priv;
    G_OBJECT_CLASS(gst_ausm_prompt_parent_class)->finalize(object);
}

static void gst_ausm_prompt_install_signals(GType type) {
    /**
     * GstAusmPrompt::add-prompt:
     * @prompt: a structure named ausm-prompt, fields as in prompt.schema.json
     *
     * Shows an object on the frame that its `time` or `frame` says, else on the next one; from any thread. FALSE when
     * the prompt is malformed or 1024 wait already; the answer comes as a message. Numbers of one list have one type;
     * labels may stand in a list of their own.
     */
    signals[SIGNAL_ADD_PROMPT] =
        make_action_signal("add-prompt", type, G_CALLBACK(gst_ausm_prompt_add_prompt), GST_TYPE_STRUCTURE);
}

static void gst_ausm_prompt_class_init(GstAusmPromptClass* klass) {
    auto* object_class = G_OBJECT_CLASS(klass);
    auto* element_class = GST_ELEMENT_CLASS(klass);
    auto* base_class = GST_BASE_TRANSFORM_CLASS(klass);
    object_class->set_property = gst_ausm_prompt_set_property;
    object_class->get_property = gst_ausm_prompt_get_property;
    object_class->finalize = gst_ausm_prompt_finalize;
    element_class->change_state = GST_DEBUG_FUNCPTR(gst_ausm_prompt_change_state);
    element_class->request_new_pad = GST_DEBUG_FUNCPTR(gst_ausm_prompt_request_new_pad);
    element_class->release_pad = GST_DEBUG_FUNCPTR(gst_ausm_prompt_release_pad);
    base_class->start = GST_DEBUG_FUNCPTR(gst_ausm_prompt_start);
    base_class->set_caps = GST_DEBUG_FUNCPTR(gst_ausm_prompt_set_caps);
    base_class->sink_event = GST_DEBUG_FUNCPTR(gst_ausm_prompt_sink_event);
    base_class->src_event = GST_DEBUG_FUNCPTR(gst_ausm_prompt_src_event);
    base_class->transform_ip = GST_DEBUG_FUNCPTR(gst_ausm_prompt_transform_ip);
    base_class->transform_ip_on_passthrough = TRUE;
    prompt_settings_install(object_class);
    gst_ausm_prompt_install_signals(G_TYPE_FROM_CLASS(klass));
    gst_element_class_set_static_metadata(element_class, "Prompts for the segmenter", "Filter/Metadata/Video",
                                          "Brings prompts into the stream, in front of the frame they belong to",
                                          "AUSM for GStreamer");
    gst_element_class_add_static_pad_template(element_class, &sink_template);
    gst_element_class_add_static_pad_template(element_class, &src_template);
    gst_element_class_add_static_pad_template(element_class, &prompt_sink_template);
}

static void gst_ausm_prompt_init(GstAusmPrompt* self) {
    self->priv = new PromptState(GST_ELEMENT(self));
    gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}
