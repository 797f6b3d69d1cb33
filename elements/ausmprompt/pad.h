// SPDX-License-Identifier: MIT
// The pad prompt_sink of ausmprompt: JSON lines or a video of masks.
#pragma once

#include "inbox.h"
#include "lines.h"

#include <gst/video/video.h>

#include <memory>
#include <utility>

namespace ausm::gst {

/// What comes on the pad, made ready for the inbox. Thread-bound to the pad's streaming thread; reset() only while the
/// pad is inactive.
class PromptPad {
public:
    /// `element` outlives the pad's activity and is not owned.
    PromptPad(GstElement* element, std::shared_ptr<PromptInbox> inbox) : element_(element), inbox_(std::move(inbox)) {
        reset();
    }

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
    void check_encoding();
    void forget_lines();
    [[nodiscard]] GstFlowReturn flow() const;

    GstElement* element_;
    std::shared_ptr<PromptInbox> inbox_;
    PadContent content_ = PadContent::kUnknown;
    GstSegment segment_{};
    GstVideoInfo info_{};
    GstClockTime frame_duration_ = GST_CLOCK_TIME_NONE;  // of the caps
    PromptLines lines_;
    BadLines bad_;
    Handed handed_ = Handed::kTaken;  // the last that was not taken ends the text
    bool warned_ = false;             // about a run of masks that cannot be used
};

}  // namespace ausm::gst

/// A pad that hands everything to `reader`, and nothing once it is released. Floating.
GstPad* gst_ausm_prompt_pad_new(GstPadTemplate* pad_template, std::shared_ptr<ausm::gst::PromptPad> reader,
                                std::shared_ptr<ausm::gst::PromptInbox> inbox);
