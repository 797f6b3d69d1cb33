// SPDX-License-Identifier: MIT
// What ausmprompt sends in front of one frame, and what it knows for that.
#include "frame.h"

#include "gst/gstausmcoordinates.h"
#include "gst/gstausmmessage.h"
#include "gst/raii.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_prompt_debug);
#define GST_CAT_DEFAULT gst_ausm_prompt_debug

namespace ausm::gst {

namespace {

/// Pixels are those of the picture that passes here, whatever scales it later: shares travel on.
void send(GstBaseTransform* base, const PromptState& state, PromptLine line) {
    if (const auto outside = to_shares(line, state.width, state.height)) {
        refuse_prompt(base, line, *outside);
        return;
    }
    GST_DEBUG_OBJECT(base, "sending %s for object %" G_GINT64_FORMAT, op_name(line.op), line.object);
    gst_pad_push_event(GST_BASE_TRANSFORM_SRC_PAD(base),
                       gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, prompt_structure(std::move(line))));
}

void send_standing(GstBaseTransform* base, PromptState& state) {
    StandingPrompts standing;
    guint kinds = 0;
    {
        const ObjectLock lock(base);
        kinds = std::exchange(state.settings.changed, 0);
        if (state.standing_due)
            kinds = kStandingAll;
        if (kinds != 0)
            standing = state.settings.standing;
    }
    state.standing_due = false;
    if (kinds == 0)
        return;
    for (const guint kind : {kStandingMask, kStandingBox, kStandingPoints}) {
        auto lines = standing.lines(kinds & kind);  // one that cannot be used does not cost the others
        if (const auto* wrong = std::get_if<std::string>(&lines))
            GST_ELEMENT_WARNING(base, RESOURCE, SETTINGS, ("The prompt cannot be used: %s.", wrong->c_str()),
                                (nullptr));
        else
            for (PromptLine& line : std::get<std::vector<PromptLine>>(lines))
                send(base, state, std::move(line));
    }
}

void send_due(GstBaseTransform* base, PromptState& state, const PromptFrame& frame) {
    const FrameSpan span = state.position.next(frame.pts, frame.duration);
    DuePrompts due;
    state.schedule.give(span, due);
    for (PromptInbox::Due& next : state.inbox->take(span)) {
        if (next.refused)
            due.refuse(std::move(next.entry), next.refused);
        else
            due.give(std::move(next.entry), next.late);
    }
    for (const auto& refused : due.refused)
        refuse_prompt(base, refused.line, refused.reason);
    for (PromptLine& line : due.lines)
        send(base, state, std::move(line));
}

/// One object of a mask video has the same id in every mask; nothing shown is no prompt.
void send_mask(GstBaseTransform* base, const PromptState& state, TimedMask mask) {
    const auto objects = mask_objects(mask.image);
    if (objects.empty())
        return;
    PromptLine line(PromptOp::kMask);
    line.mask = std::move(mask.image);
    line.late = mask.late;
    {
        const ObjectLock lock(base);
        const StandingPrompts& standing = state.settings.standing;
        line.label = standing.label;
        if (objects.front() == 255)
            line.object = std::max<std::int64_t>(standing.object, 1);
    }
    send(base, state, std::move(line));
}

void send_detections(GstBaseTransform* base, const PromptState& state, GstBuffer* buffer) {
    DetectionSettings settings;
    {
        const ObjectLock lock(base);
        if (state.settings.detections.enabled)
            settings = state.settings.detections;
    }
    if (!settings.enabled || state.width <= 0 || state.height <= 0)
        return;
    for (PromptLine& line : detections(buffer, settings, state.width, state.height))
        send(base, state, std::move(line));
}

}  // namespace

void refuse_prompt(GstBaseTransform* base, const PromptLine& line, const std::string& reason) {
    post_answer(GST_ELEMENT(base), GST_PAD_NAME(GST_BASE_TRANSFORM_SINK_PAD(base)),
                {false, line.object, line.ref, reason}, {line.late, line.clipped});
}

void refuse_prompt(GstBaseTransform* base, const PromptError& error) {
    post_answer(GST_ELEMENT(base), GST_PAD_NAME(GST_BASE_TRANSFORM_SINK_PAD(base)), {false, 0, "", error.message()});
}

void send_prompts(GstBaseTransform* base, PromptState& state, PromptFrame frame) {
    send_standing(base, state);
    send_due(base, state, frame);
    if (frame.mask)
        send_mask(base, state, std::move(*frame.mask));
    send_detections(base, state, frame.buffer);
}

}  // namespace ausm::gst
