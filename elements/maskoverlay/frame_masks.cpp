// SPDX-License-Identifier: MIT
// The masks that a buffer carries, read once.
#include "elements/maskoverlay/frame_masks.h"

namespace ausm::gst::overlay {

FrameMasks::FrameMasks(GstBuffer* buffer) {
    if (!gst_ausm_meta_get(buffer, &view_)) {
        if (gst_buffer_get_custom_meta(buffer, GST_AUSM_META_NAME)) {
            state_ = State::kMalformed;
            complaint_ = "It is incomplete, of another version, or its map has a wrong size";
        }
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
    read_objects();
}

FrameMasks::~FrameMasks() {
    if (state_ == State::kFound)
        gst_buffer_unmap(view_.map, &mapped_);
    if (sureness_.data)
        gst_buffer_unmap(view_.confidence, &sureness_);
}

void FrameMasks::read_objects() {
    objects_.reserve(view_.n_objects);
    for (guint i = 0; i < view_.n_objects; ++i) {
        GstAusmObject object;
        if (gst_ausm_meta_get_object(&view_, i, &object))
            objects_.push_back({object.id, static_cast<guint8>(object.value), object.label, object.score, object.x0,
                                object.y0, object.x1, object.y1, object.x0 < object.x1 && object.y0 < object.y1});
        else
            complaint_ = "An object is incomplete or out of range and is not drawn";
    }
}

}  // namespace ausm::gst::overlay
