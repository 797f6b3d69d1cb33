// SPDX-License-Identifier: MIT
// What ausmprompt sends in front of one frame, and what it knows for that.
#pragma once

#include "inbox.h"
#include "pad.h"
#include "position.h"
#include "schedule.h"
#include "settings.h"

#include <gst/base/gstbasetransform.h>

#include <memory>
#include <optional>
#include <string>

namespace ausm::gst {

/// Everything behind the element.
struct PromptState {
    explicit PromptState(GstElement* element) : reader(std::make_shared<PromptPad>(element, inbox)) {}

    PromptSettings settings;  // under the object lock
    // Shared with the pads: somebody may hold one that has been released for longer than the element lives.
    std::shared_ptr<PromptInbox> inbox = std::make_shared<PromptInbox>();
    std::shared_ptr<PromptPad> reader;  // streaming thread of prompt_sink
    GstPad* prompt_sink = nullptr;      // under the object lock; belongs to the element
    // streaming thread of the video, or stopped
    PromptSchedule schedule;
    StreamPosition position;
    bool standing_due = true;
    gint width = 0, height = 0;                         // of the caps
    GstClockTime frame_duration = GST_CLOCK_TIME_NONE;  // of the caps
};

/// A frame and when it is shown.
struct PromptFrame {
    GstBuffer* buffer;  // not owned
    GstClockTime pts, duration;
    std::optional<TimedMask> mask;
};

/// Posts the answer to a prompt, or to what is none.
void refuse_prompt(GstBaseTransform* base, const PromptLine& line, const std::string& reason);
void refuse_prompt(GstBaseTransform* base, const PromptError& error);

/// Sends the prompts of a frame downstream: standing ones, those of the file, of the application and of prompt_sink, the
/// mask, detections. In the streaming thread.
void send_prompts(GstBaseTransform* base, PromptState& state, PromptFrame frame);

}  // namespace ausm::gst
