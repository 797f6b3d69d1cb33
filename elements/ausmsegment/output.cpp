// SPDX-License-Identifier: MIT
// The last metadata is kept on an empty buffer of its own: maps are shared, not copied.
#include "output.h"

#include "gst/ausm/gstausmmeta.h"
#include "gst/gstausmmeta.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace ausm::gst {

void SegmentOutput::restart(bool numbers) {
    if (numbers)
        serial_ = 0;
    analytics_.restart();
    const std::lock_guard lock(mutex_);
    last_.reset();
}

void SegmentOutput::attach(GstBuffer* buffer, Result& result, const Frame& frame, const std::string& model) {
    if (!attach_meta(buffer, result,
                     {frame.width, frame.height, true, model, serial_++, frame.pixel_aspect_n, frame.pixel_aspect_d}))
        throw std::logic_error("the model gave a label map of an impossible size");
    if (frame.analytics)
        analytics_.attach(buffer, frame.time);
    Owned<GstBuffer> carrier(gst_buffer_new());
    copy_meta(carrier.get(), buffer);
    note_marked();
    const std::lock_guard lock(mutex_);
    last_ = std::move(carrier);
}

void SegmentOutput::note_marked() noexcept {
    if (marks_ == Marks::kNone)
        marks_ = Marks::kAll;
}

bool SegmentOutput::can_repeat(int width, int height) const {
    const Size last = size();
    return width > 0 && last.width == width && last.height == height;
}

void SegmentOutput::repeat(GstBuffer* buffer, const Frame& frame) {
    copy_meta(buffer, last_.get());  // only this thread replaces it
    mark_repeated(buffer, serial_++);
    note_marked();
    if (frame.analytics)
        analytics_.attach(buffer, frame.time);
}

SegmentOutput::Size SegmentOutput::size() const {
    const std::lock_guard lock(mutex_);
    GstAusmMetaView view;
    if (!last_ || !gst_ausm_meta_get(last_.get(), &view))
        return {};
    return {view.width, view.height};
}

std::int64_t SegmentOutput::object_at(double x, double y) const {
    const std::lock_guard lock(mutex_);
    GstAusmMetaView view;
    if (!(x >= 0 && x < 1 && y >= 0 && y < 1) || !last_ || !gst_ausm_meta_get(last_.get(), &view))
        return 0;
    const auto column = static_cast<gsize>(x * view.map_width), row = static_cast<gsize>(y * view.map_height);
    guint8 value = 0;
    gst_buffer_extract(view.map, row * static_cast<gsize>(view.map_width) + column, &value, 1);
    for (guint i = 0; value != 0 && i < view.n_objects; ++i) {
        GstAusmObject object;
        if (gst_ausm_meta_get_object(&view, i, &object) && object.value == value)
            return object.id;
    }
    return 0;
}

}  // namespace ausm::gst
