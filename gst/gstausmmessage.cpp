// SPDX-License-Identifier: MIT
// What ausmsegment and ausmprompt tell the application: element messages.
#include "gstausmmessage.h"

namespace ausm::gst {

namespace {

constexpr const char* kClipped = "the box reached over the edge and was clipped to the picture";

const char* event_name(ObjectEvent event) {
    switch (event) {
    case ObjectEvent::kAppeared: return "appeared";
    case ObjectEvent::kAbsent: return "absent";
    case ObjectEvent::kBack: return "back";
    case ObjectEvent::kRemoved: return "removed";
    }
    return "";
}

void post(GstElement* element, GstStructure* structure) {
    gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), structure));
}

}  // namespace

void post_object(GstElement* element, const std::string& pad, const ObjectChange& change, const std::string& label,
                 GstClockTime stream_time) {
    post(element, gst_structure_new("ausm-object", "event", G_TYPE_STRING, event_name(change.event), "id", G_TYPE_INT64,
                                    static_cast<gint64>(change.id), "stream-time", GST_TYPE_CLOCK_TIME, stream_time,
                                    "label", G_TYPE_STRING, label.c_str(), "pad", G_TYPE_STRING, pad.c_str(), nullptr));
}

void post_answer(GstElement* element, const std::string& pad, const PromptAnswer& answer, PromptNotes notes) {
    const char* reason = answer.accepted && notes.clipped ? kClipped : answer.reason.c_str();
    post(element, gst_structure_new("ausm-prompt", "accepted", G_TYPE_BOOLEAN, answer.accepted, "object", G_TYPE_INT64,
                                    static_cast<gint64>(answer.object), "ref", G_TYPE_STRING, answer.ref.c_str(),
                                    "reason", G_TYPE_STRING, reason, "late", G_TYPE_BOOLEAN, notes.late, "pad",
                                    G_TYPE_STRING, pad.c_str(), nullptr));
}

void post_reset(GstElement* element, const std::string& pad, const char* reason) {
    post(element,
         gst_structure_new("ausm-reset", "reason", G_TYPE_STRING, reason, "pad", G_TYPE_STRING, pad.c_str(), nullptr));
}

}  // namespace ausm::gst
