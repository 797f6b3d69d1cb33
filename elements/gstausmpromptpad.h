// SPDX-License-Identifier: MIT
// The pad prompt_sink of ausmprompt: JSON lines or a video of masks.
#pragma once

#include "gstausmpromptinbox.h"
#include "gstausmpromptlines.h"

#include <gst/video/video.h>

namespace ausm::gst {

/// What comes on the pad, made ready for the inbox. Thread-bound to the pad's streaming thread; reset() only while the
/// pad is inactive.
class PromptPad {
public:
    /// Both outlive the pad's activity and are not owned.
    PromptPad(GstElement* element, PromptInbox& inbox) : element_(element), inbox_(inbox) { reset(); }

    void reset();
    /// Serialized events. False: the caps cannot be used.
    [[nodiscard]] bool event(GstEvent* event);
    [[nodiscard]] GstFlowReturn chain(GstBuffer* buffer);

private:
    [[nodiscard]] bool set_caps(GstCaps* caps);
    void start_segment(const GstSegment& segment);
    [[nodiscard]] GstFlowReturn chain_lines(GstBuffer* buffer);
    [[nodiscard]] GstFlowReturn chain_mask(GstBuffer* buffer);
    [[nodiscard]] bool take(std::variant<PromptEntry, PromptError> parsed);
    void finish_lines();
    void forget_lines();
    [[nodiscard]] GstFlowReturn flow() const;

    GstElement* element_;
    PromptInbox& inbox_;
    PromptKind kind_ = PromptKind::kUnknown;
    GstSegment segment_{};
    GstVideoInfo info_{};
    GstClockTime frame_duration_ = GST_CLOCK_TIME_NONE;  // of the caps
    PromptLines lines_;
    BadLines bad_;
    Handed handed_ = Handed::kTaken;  // the last that was not taken ends the text
    bool warned_ = false;             // about a run of masks that cannot be read
};

}  // namespace ausm::gst

/// A pad that hands everything to `reader`, which outlives it. Floating.
GstPad* gst_ausm_prompt_pad_new(GstPadTemplate* pad_template, ausm::gst::PromptPad* reader,
                                ausm::gst::PromptInbox* inbox);
