// SPDX-License-Identifier: MIT
// What ausmsegment and ausmprompt tell the application: element messages.
#pragma once

#include "model/ausm.h"

#include <gst/gst.h>

#include <string>

namespace ausm::gst {

/// `ausm-object`: event (appeared, absent, back, removed), id, stream-time, label, pad.
void post_object(GstElement* element, const std::string& pad, const ObjectChange& change, const std::string& label,
                 GstClockTime stream_time);

/// What was done to a prompt on its way.
struct PromptNotes {
    bool late = false;     ///< its time or frame had passed when it came
    bool clipped = false;  ///< its box reached over the picture's edges
};

/// `ausm-prompt`: accepted, object (id, 0 when there is none), ref, reason (why it was refused, or that it was clipped),
/// late, pad.
void post_answer(GstElement* element, const std::string& pad, const PromptAnswer& answer, PromptNotes notes = {});

/// `ausm-reset`: reason (stream-start, flush, requested), pad.
void post_reset(GstElement* element, const std::string& pad, const char* reason);

}  // namespace ausm::gst
