// SPDX-License-Identifier: MIT
// The masks that a buffer carries, read once.
#include "elements/maskoverlay/frame_masks.h"

namespace ausm::gst::overlay {

FrameMasks::FrameMasks(GstBuffer* buffer) : FrameMasks(MetaContent(buffer)) {}

FrameMasks::FrameMasks(const MetaContent& content) : view_(content.view), complaint_(content.complaint) {
    if (!content.found) {
        state_ = complaint_ ? State::kMalformed : State::kNone;
        return;
    }
    if (!gst_buffer_map(view_.map, &mapped_, GST_MAP_READ)) {
        state_ = State::kMalformed;
        complaint_ = "Its map cannot be read";
        return;
    }
    state_ = State::kFound;
    if (view_.confidence && !gst_buffer_map(view_.confidence, &sureness_, GST_MAP_READ))
        sureness_ = {};
    if (complaint_)
        complaint_ = "An object is incomplete or out of range and is not drawn";
    objects_.reserve(content.objects.size());
    for (const GstAusmObject& object : content.objects)
        objects_.push_back({object.id, static_cast<guint8>(object.value), object.label, object.score, object.x0,
                            object.y0, object.x1, object.y1, object.x0 < object.x1 && object.y0 < object.y1});
}

FrameMasks::~FrameMasks() {
    if (state_ == State::kFound)
        gst_buffer_unmap(view_.map, &mapped_);
    if (sureness_.data)
        gst_buffer_unmap(view_.confidence, &sureness_);
}

}  // namespace ausm::gst::overlay
