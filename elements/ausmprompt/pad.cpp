// SPDX-License-Identifier: MIT
// The pad prompt_sink of ausmprompt: JSON lines or a video of masks.
#include "pad.h"

#include "gst/gstausmframe.h"
#include "gst/gstausmgreymask.h"
#include "gst/guard.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace ausm::gst {

namespace {

/// The pixels row by row without padding.
MaskImage pixels_of(const GstVideoFrame& frame) {
    MaskImage image{GST_VIDEO_FRAME_WIDTH(&frame), GST_VIDEO_FRAME_HEIGHT(&frame), {}};
    image.values.reserve(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
    const auto* row = static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
    for (int y = 0; y < image.height; ++y, row += GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0))
        image.values.insert(image.values.end(), row, row + image.width);
    return image;
}

/// The mask that a frame shows, or the text of what is wrong with it.
std::variant<MaskImage, std::string> read_mask(GstBuffer* buffer, const GstVideoInfo& info) {
    GstVideoFrame frame;
    if (std::string wrong = map_frame(frame, buffer, info, GST_MAP_READ); !wrong.empty())
        return wrong;
    MaskImage image = pixels_of(frame);
    gst_video_frame_unmap(&frame);
    if (auto wrong = settle_grey(image))
        return std::move(*wrong);
    return image;
}

}  // namespace

void PromptPad::reset() {
    content_ = PadContent::kUnknown;
    gst_segment_init(&segment_, GST_FORMAT_UNDEFINED);
    forget_lines();
}

void PromptPad::forget_lines() {
    lines_ = PromptLines();
    bad_ = {};
    handed_ = Handed::kTaken;
    warned_ = false;
}

GstFlowReturn PromptPad::flow() const {
    switch (handed_) {
    case Handed::kTaken: return GST_FLOW_OK;
    case Handed::kFlushing: return GST_FLOW_FLUSHING;
    default: return GST_FLOW_EOS;
    }
}

bool PromptPad::set_caps(GstCaps* caps) {
    finish_lines();
    forget_lines();
    if (gst_structure_has_name(gst_caps_get_structure(caps, 0), "application/x-json")) {
        content_ = PadContent::kJson;
    } else {
        const bool read = gst_video_info_from_caps(&info_, caps);
        const std::int64_t pixels = std::int64_t{info_.width} * info_.height;
        if (!read || std::max(info_.width, info_.height) > kMaxMaskSide || pixels > kMaxMaskPixels) {
            const Owned<char> text(gst_caps_to_string(caps));
            GST_ELEMENT_WARNING(element_, STREAM, FORMAT, ("These masks cannot be used: %s", text.get()),
                                ("GRAY8 of at most %d pixels a side and 64 million in all is.", kMaxMaskSide));
            return false;
        }
        frame_duration_ = info_.fps_n > 0 && info_.fps_d > 0
                              ? gst_util_uint64_scale_int(GST_SECOND, info_.fps_d, info_.fps_n)
                              : GST_CLOCK_TIME_NONE;
        content_ = PadContent::kMasks;
    }
    inbox_->carry(content_);
    return true;
}

void PromptPad::start_segment(const GstSegment& segment) {
    gst_segment_copy_into(&segment, &segment_);
    if (segment.format == GST_FORMAT_TIME)
        inbox_->reach(running_span(segment, segment.rate > 0 ? segment.start : segment.stop, 0).start);
}

bool PromptPad::event(GstEvent* event) {
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START:
        finish_lines();
        reset();
        return true;
    case GST_EVENT_CAPS: {
        GstCaps* caps = nullptr;
        gst_event_parse_caps(event, &caps);
        return set_caps(caps);
    }
    case GST_EVENT_SEGMENT: {
        const GstSegment* segment = nullptr;
        gst_event_parse_segment(event, &segment);
        start_segment(*segment);
        return true;
    }
    case GST_EVENT_GAP: {
        GstClockTime start = GST_CLOCK_TIME_NONE;
        GstClockTime duration = GST_CLOCK_TIME_NONE;
        gst_event_parse_gap(event, &start, &duration);
        inbox_->reach(running_span(segment_, start, duration).end);
        return true;
    }
    case GST_EVENT_FLUSH_STOP:
        gst_segment_init(&segment_, GST_FORMAT_UNDEFINED);
        forget_lines();
        inbox_->stop_prompt_flush();
        return true;
    case GST_EVENT_EOS:
        finish_lines();
        inbox_->end_prompts();
        return true;
    default: return true;
    }
}

/// One line of the text. False: no more are read.
bool PromptPad::take(std::variant<PromptEntry, PromptError> parsed) {
    if (auto* entry = std::get_if<PromptEntry>(&parsed)) {
        handed_ = inbox_->add(std::move(*entry));
    } else {
        const auto& wrong = std::get<PromptError>(parsed);
        if (!bad_.add(wrong)) {
            handed_ = Handed::kEnded;
            GST_ELEMENT_WARNING(element_, STREAM, DECODE,
                                ("More than %" G_GSIZE_FORMAT " lines on prompt_sink are no prompts: the rest of the "
                                 "stream is not read.",
                                 BadLines::kMost),
                                ("The video goes on."));
        } else if (bad_.count <= BadLines::kTold) {
            GST_ELEMENT_WARNING(element_, STREAM, DECODE,
                                ("A prompt was skipped: prompt_sink, %s", wrong.message().c_str()), (nullptr));
        }
    }
    return handed_ == Handed::kTaken;
}

void PromptPad::check_encoding() {
    if (lines_.foreign_encoding().empty())
        return;
    handed_ = Handed::kEnded;
    GST_ELEMENT_WARNING(element_, STREAM, DECODE,
                        ("The text on prompt_sink is %s: none of it is read.", lines_.foreign_encoding().c_str()),
                        ("Send it as UTF-8. The video goes on."));
}

/// At the end of a text: its last line, and how many bad ones were not told.
void PromptPad::finish_lines() {
    if (content_ != PadContent::kJson || handed_ != Handed::kTaken)
        return;
    lines_.finish([this](auto parsed) { return take(std::move(parsed)); });
    check_encoding();
    if (handed_ != Handed::kEnded && bad_.count > BadLines::kTold)
        GST_ELEMENT_WARNING(
            element_, STREAM, DECODE,
            ("%" G_GSIZE_FORMAT " more prompts of prompt_sink were skipped.", bad_.count - BadLines::kTold), (nullptr));
    bad_ = {};
}

GstFlowReturn PromptPad::chain_lines(GstBuffer* buffer) {
    if (handed_ != Handed::kTaken)
        return flow();
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        GST_ELEMENT_WARNING(element_, STREAM, DECODE, ("Text on prompt_sink cannot be read: it was skipped."),
                            (nullptr));
        return GST_FLOW_OK;
    }
    const std::string text(reinterpret_cast<const char*>(map.data), map.size);
    gst_buffer_unmap(buffer, &map);
    lines_.feed(text, [this](auto parsed) { return take(std::move(parsed)); });
    check_encoding();
    return flow();
}

GstFlowReturn PromptPad::chain_mask(GstBuffer* buffer) {
    auto read = read_mask(buffer, info_);
    if (const auto* wrong = std::get_if<std::string>(&read)) {
        if (!std::exchange(warned_, true))
            GST_ELEMENT_WARNING(element_, STREAM, FORMAT, ("A mask was skipped: %s.", wrong->c_str()),
                                ("This is said once until a mask can be used again."));
        return GST_FLOW_OK;
    }
    warned_ = false;
    TimedMask mask;
    mask.image = std::move(std::get<MaskImage>(read));
    mask.when = running_span(segment_, GST_BUFFER_PTS(buffer),
                             GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : frame_duration_);
    switch (inbox_->add(std::move(mask))) {
    case Handed::kTaken: return GST_FLOW_OK;
    case Handed::kFlushing: return GST_FLOW_FLUSHING;
    default: return GST_FLOW_EOS;
    }
}

GstFlowReturn PromptPad::chain(GstBuffer* buffer) {
    switch (content_) {
    case PadContent::kJson: return chain_lines(buffer);
    case PadContent::kMasks: return chain_mask(buffer);
    default: break;
    }
    GST_ELEMENT_WARNING(element_, CORE, NEGOTIATION, ("Data came on prompt_sink before its caps."),
                        ("application/x-json or GRAY8 video is needed."));
    return GST_FLOW_NOT_NEGOTIATED;
}

}  // namespace ausm::gst

using namespace ausm::gst;

namespace {

/// What the pad's functions need; freed with the pad.
struct PadPrivate {
    std::shared_ptr<PromptPad> reader;
    std::shared_ptr<PromptInbox> inbox;
};

PadPrivate& private_of(GstPad* pad) {
    return *static_cast<PadPrivate*>(g_object_get_data(G_OBJECT(pad), "ausm-private"));
}

}  // namespace

/// Nothing of this pad goes downstream.
static gboolean gst_ausm_prompt_pad_event(GstPad* pad, GstObject* parent, GstEvent* event) {
    const Owned<GstEvent> owned(event);
    const PadPrivate& priv = private_of(pad);
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START) {
        priv.inbox->start_prompt_flush();
        return TRUE;
    }
    return guard(GST_ELEMENT(parent), false, [&] { return priv.reader->event(event); });
}

static GstFlowReturn gst_ausm_prompt_pad_chain(GstPad* pad, GstObject* parent, GstBuffer* buffer) {
    const Owned<GstBuffer> owned(buffer);
    return guard(GST_ELEMENT(parent), GST_FLOW_ERROR, [&] { return private_of(pad).reader->chain(buffer); });
}

static gboolean gst_ausm_prompt_pad_query(GstPad* pad, GstObject* parent, GstQuery* query) {
    if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION)
        return gst_pad_query_default(pad, parent, query);
    gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);  // any layout is read
    return TRUE;
}

static GstPadLinkReturn gst_ausm_prompt_pad_link(GstPad* pad, GstObject*, GstPad*) {
    private_of(pad).inbox->link();
    return GST_PAD_LINK_OK;
}

/// Without a parent it is a released pad that somebody has held: the inbox may be another pad's by now.
static void gst_ausm_prompt_pad_unlink(GstPad* pad, GstObject* parent) {
    if (parent)
        private_of(pad).inbox->unlink();
}

GstPad* gst_ausm_prompt_pad_new(GstPadTemplate* pad_template, std::shared_ptr<PromptPad> reader,
                                std::shared_ptr<PromptInbox> inbox) {
    GstPad* pad = gst_pad_new_from_template(pad_template, "prompt_sink");
    GST_OBJECT_FLAG_SET(pad, GST_PAD_FLAG_NEED_PARENT);
    g_object_set_data_full(G_OBJECT(pad), "ausm-private", new PadPrivate{std::move(reader), std::move(inbox)},
                           [](gpointer data) { delete static_cast<PadPrivate*>(data); });
    gst_pad_set_event_function(pad, GST_DEBUG_FUNCPTR(gst_ausm_prompt_pad_event));
    gst_pad_set_chain_function(pad, GST_DEBUG_FUNCPTR(gst_ausm_prompt_pad_chain));
    gst_pad_set_query_function(pad, GST_DEBUG_FUNCPTR(gst_ausm_prompt_pad_query));
    gst_pad_set_link_function(pad, GST_DEBUG_FUNCPTR(gst_ausm_prompt_pad_link));
    gst_pad_set_unlink_function(pad, GST_DEBUG_FUNCPTR(gst_ausm_prompt_pad_unlink));
    return pad;
}
