// SPDX-License-Identifier: MIT
// One element under test: a GstHarness with the element's bus, the buffers and what left the element in order.
#pragma once

#include "gst/raii.h"

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ausm::test {

using gst::Owned;

/// Text of an error or warning: domain, code, message and detail.
struct Report {
    GQuark domain = 0;
    int code = 0;
    std::string message, detail;
};

inline Report report_of(GstMessage* message) {
    GError* error = nullptr;
    gchar* detail = nullptr;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        gst_message_parse_error(message, &error, &detail);
    else
        gst_message_parse_warning(message, &error, &detail);
    const Owned<GError> owned(error);
    const Owned<char> text(detail);
    return {error->domain, error->code, error->message, detail ? detail : ""};
}

class Harness {
public:
    /// `launch`: element with properties, or several, as for gst-launch-1.0. They are playing afterwards.
    explicit Harness(const std::string& launch) : bus_(gst_bus_new()) {
        const bool several = launch.find(" ! ") != std::string::npos;
        element_.reset(
            GST_ELEMENT(gst_object_ref_sink(several ? gst_parse_bin_from_description(launch.c_str(), TRUE, nullptr)
                                                    : gst_parse_launch(launch.c_str(), nullptr))));
        gst_element_set_bus(element_.get(), bus_.get());
        // A GstHarness would end the whole program.
        if (gst_element_set_state(element_.get(), GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE) {
            const auto error = message(GST_MESSAGE_ERROR);
            gst_element_set_bus(element_.get(), nullptr);
            gst_element_set_state(element_.get(), GST_STATE_NULL);
            throw std::runtime_error(launch + ": " + (error ? report_of(error.get()).message : "does not start"));
        }
        harness_ = gst_harness_new_with_element(element_.get(), "sink", "src");
    }
    /// Other pads of the same element, which are requested and released as they need it.
    Harness(const Harness& first, const std::string& sink, const std::string& src)
        : owns_bus_(false), bus_(GST_BUS(gst_object_ref(first.bus()))),
          element_(GST_ELEMENT(gst_object_ref(first.element()))),
          harness_(gst_harness_new_with_element(element_.get(), sink.c_str(), src.c_str())) {}
    ~Harness() {
        if (owns_bus_)
            gst_element_set_bus(element_.get(), nullptr);
        gst_harness_teardown(harness_);
    }
    Harness(const Harness&) = delete;
    Harness& operator=(const Harness&) = delete;

    [[nodiscard]] GstHarness* get() const { return harness_; }
    [[nodiscard]] GstElement* element() const { return element_.get(); }
    [[nodiscard]] GstBus* bus() const { return bus_.get(); }

    void caps(const std::string& text) {
        gst_harness_set_src_caps_str(harness_, text.c_str());
        gst_video_info_from_caps(&info_, parsed(text).get());
    }
    [[nodiscard]] const GstVideoInfo& info() const { return info_; }

    /// A grey picture with a bright square right of the middle, at frame `index` of 25 a second.
    [[nodiscard]] Owned<GstBuffer> picture(int index) const {
        Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, info_.size, nullptr));
        ++living_;
        gst_mini_object_weak_ref(
            GST_MINI_OBJECT_CAST(gst_buffer_peek_memory(buffer.get(), 0)), [](gpointer, GstMiniObject*) { --living_; },
            nullptr);
        gst_buffer_memset(buffer.get(), 0, 0x60, info_.size);
        GstVideoFrame frame;
        gst_video_frame_map(&frame, &info_, buffer.get(), GST_MAP_WRITE);
        const int pixel = GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, 0);
        for (int y = info_.height / 4; y < info_.height * 3 / 4; ++y) {
            auto* row = static_cast<guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)) +
                        y * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0);
            std::fill(row + info_.width / 2 * pixel, row + info_.width * 7 / 8 * pixel, guint8{0xe0});
        }
        gst_video_frame_unmap(&frame);
        GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(index) * GST_SECOND / 25;
        GST_BUFFER_DURATION(buffer.get()) = GST_SECOND / 25;
        GST_BUFFER_OFFSET(buffer.get()) = static_cast<guint64>(index);
        return buffer;
    }
    /// Pixels of picture() that somebody still holds, of all harnesses.
    [[nodiscard]] static int living_pictures() { return living_; }
    GstFlowReturn push(Owned<GstBuffer> buffer) { return gst_harness_push(harness_, buffer.release()); }
    [[nodiscard]] Owned<GstBuffer> pull() { return Owned<GstBuffer>(gst_harness_try_pull(harness_)); }
    /// Pushes picture `index` and gives what came out, nothing on failure.
    Owned<GstBuffer> pass(int index) {
        if (push(picture(index)) != GST_FLOW_OK)
            return nullptr;
        return pull();
    }

    void flush() {
        gst_harness_push_event(harness_, gst_event_new_flush_start());
        gst_harness_push_event(harness_, gst_event_new_flush_stop(TRUE));
        time_segment();
    }
    /// A segment that begins at 0.
    void time_segment() {
        GstSegment segment;
        gst_segment_init(&segment, GST_FORMAT_TIME);
        gst_harness_push_event(harness_, gst_event_new_segment(&segment));
    }
    /// What a new stream begins with; it may be refused, as by a flush.
    void new_stream(const std::string& caps_text) {
        const auto new_caps = parsed(caps_text);
        gst_video_info_from_caps(&info_, new_caps.get());
        gst_harness_push_event(harness_, gst_event_new_stream_start("another"));
        gst_harness_push_event(harness_, gst_event_new_caps(new_caps.get()));
        time_segment();
    }

    /// The next message of one type, or nothing. With `name`, the next element message of that name.
    [[nodiscard]] Owned<GstMessage> message(GstMessageType type, const char* name = nullptr) {
        while (GstMessage* next = gst_bus_pop_filtered(bus_.get(), type)) {
            Owned<GstMessage> message(next);
            if (!name || gst_message_has_name(next, name))
                return message;
        }
        return nullptr;
    }

private:
    static Owned<GstCaps> parsed(const std::string& text) { return Owned<GstCaps>(gst_caps_from_string(text.c_str())); }

    static inline std::atomic<int> living_{0};

    bool owns_bus_ = true;
    Owned<GstBus> bus_;
    Owned<GstElement> element_;
    GstHarness* harness_ = nullptr;
    GstVideoInfo info_{};
};

inline std::string string_of(GstMessage* message, const char* field) {
    const char* text = gst_structure_get_string(gst_message_get_structure(message), field);
    return text ? text : "";
}
inline gint64 int64_of(GstMessage* message, const char* field) {
    gint64 number = -1;
    gst_structure_get_int64(gst_message_get_structure(message), field, &number);
    return number;
}
inline bool bool_of(GstMessage* message, const char* field) {
    gboolean value = FALSE;
    gst_structure_get_boolean(gst_message_get_structure(message), field, &value);
    return value;
}

}  // namespace ausm::test
