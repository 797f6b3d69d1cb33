// SPDX-License-Identifier: MIT
// One gesture at a time: it belongs to the pointer that began it.
#include "click.h"

#include <gst/video/navigation.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace ausm::gst {

namespace {

constexpr gint kLeft = 1, kRight = 3;            // X11's numbers, which all sinks use
constexpr guint kMouse = 0xffffffff;             // no finger has it
constexpr const char* kRef = "click-to-prompt";  // in the answers

PromptLine line_of(PromptOp op, std::int64_t object) {
    PromptLine line(op);
    line.object = object;
    line.ref = kRef;
    return line;
}

}  // namespace

void SegmentClicks::press(guint pointer, Place place, const Picture& picture) {
    const bool inside = place.x >= 0 && place.y >= 0 && place.x < picture.width && place.y < picture.height;
    const std::lock_guard lock(mutex_);
    if (pressed_ && pointer_ != pointer)  // a second finger
        return;
    pressed_.reset();  // of the same pointer: its release outside the window was never told
    if (!inside)       // a border around the picture
        return;
    pressed_ = place;
    pointer_ = pointer;
}

void SegmentClicks::restart() {
    const std::lock_guard lock(mutex_);
    pressed_.reset();
}

std::optional<PromptLine> SegmentClicks::release(guint pointer, Place place, const Picture& picture) {
    Place start;
    {
        const std::lock_guard lock(mutex_);
        if (!pressed_ || pointer_ != pointer)
            return std::nullopt;
        start = *std::exchange(pressed_, std::nullopt);
    }
    place = {std::clamp(place.x, 0.0, picture.width), std::clamp(place.y, 0.0, picture.height)};
    if (std::abs(place.x - start.x) < kDrag || std::abs(place.y - start.y) < kDrag) {
        const double x = start.x / picture.width, y = start.y / picture.height;
        PromptLine line = line_of(PromptOp::kPoints, picture.object_at(x, y));
        line.points = {{x, y, true}};
        return line;
    }
    PromptLine line = line_of(PromptOp::kBox, 0);
    line.box = {std::min(start.x, place.x) / picture.width, std::min(start.y, place.y) / picture.height,
                std::max(start.x, place.x) / picture.width, std::max(start.y, place.y) / picture.height};
    return line;
}

SegmentClicks::Outcome SegmentClicks::handle(GstEvent* event, int width, int height, const ObjectAt& object_at) {
    const Picture picture{static_cast<double>(width), static_cast<double>(height), object_at};
    const auto type = gst_navigation_event_get_type(event);
    gint button = 0;
    guint finger = 0;
    Place place;
    switch (type) {
    case GST_NAVIGATION_EVENT_MOUSE_BUTTON_PRESS:
        gst_navigation_event_parse_mouse_button_event(event, &button, &place.x, &place.y);
        if (button == kLeft)
            press(kMouse, place, picture);
        if (button == kRight)
            if (const auto object = object_at(place.x / picture.width, place.y / picture.height))
                return {true, line_of(PromptOp::kRemove, object)};
        return {button == kLeft || button == kRight, std::nullopt};
    case GST_NAVIGATION_EVENT_MOUSE_BUTTON_RELEASE:
        gst_navigation_event_parse_mouse_button_event(event, &button, &place.x, &place.y);
        if (button != kLeft)
            return {button == kRight, std::nullopt};
        return {true, release(kMouse, place, picture)};
    case GST_NAVIGATION_EVENT_TOUCH_DOWN:
        gst_navigation_event_parse_touch_event(event, &finger, &place.x, &place.y, nullptr);
        press(finger, place, picture);
        return {true, std::nullopt};
    case GST_NAVIGATION_EVENT_TOUCH_UP:
        gst_navigation_event_parse_touch_up_event(event, &finger, &place.x, &place.y);
        return {true, release(finger, place, picture)};
    case GST_NAVIGATION_EVENT_TOUCH_CANCEL: restart(); return {true, std::nullopt};
    case GST_NAVIGATION_EVENT_TOUCH_MOTION:
    case GST_NAVIGATION_EVENT_TOUCH_FRAME: return {true, std::nullopt};
    default: return {};
    }
}

}  // namespace ausm::gst
