// SPDX-License-Identifier: MIT
// maskoverlay under test: small pictures of every format, and masks on them.
#pragma once

#include "gst/ausm/gstausmmeta.h"
#include "gst/gstausmmeta.h"
#include "gst/raii.h"

#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace ausm::test {

using Buffer = ausm::gst::Owned<GstBuffer>;
using Bytes = std::vector<guint8>;

inline constexpr const char* kFormats[] = {"RGB",  "BGR",   "RGBx", "BGRx", "RGBA", "BGRA",      "NV12",
                                           "I420", "GRAY8", "Y42B", "YUY2", "UYVY", "I420_10LE", "P010_10LE"};

/// The samples of one component of a picture.
class Component {
public:
    Component(GstVideoFrame* frame, guint index)
        : width(GST_VIDEO_FRAME_COMP_WIDTH(frame, index)), height(GST_VIDEO_FRAME_COMP_HEIGHT(frame, index)),
          across(1 << GST_VIDEO_FORMAT_INFO_W_SUB(frame->info.finfo, index)),
          down(1 << GST_VIDEO_FORMAT_INFO_H_SUB(frame->info.finfo, index)),
          unit(GST_VIDEO_FRAME_COMP_DEPTH(frame, index) > 8 ? 4 : 1), data_(GST_VIDEO_FRAME_COMP_DATA(frame, index)),
          stride_(GST_VIDEO_FRAME_COMP_STRIDE(frame, index)), step_(GST_VIDEO_FRAME_COMP_PSTRIDE(frame, index)),
          shift_(static_cast<int>(GST_VIDEO_FORMAT_INFO_SHIFT(frame->info.finfo, index))) {
        if (GST_VIDEO_FRAME_FORMAT(frame) == GST_VIDEO_FORMAT_P010_10LE && index == 2)
            data_ = static_cast<guint8*>(GST_VIDEO_FRAME_PLANE_DATA(frame, 1)) + 2;  // GStreamer 1.22 says 1
    }

    /// 0 to 255, or 0 to 1023 in two bytes.
    int get(int x, int y) const {
        const guint8* at = data_ + y * stride_ + x * step_;
        return unit == 1 ? *at : (at[0] + 256 * at[1]) >> shift_ & 1023;
    }
    void set(int x, int y, int value) const {
        guint8* at = data_ + y * stride_ + x * step_;
        const int word = value << shift_;
        at[0] = static_cast<guint8>(word);
        if (unit > 1)
            at[1] = static_cast<guint8>(word >> 8);
    }
    /// The pixels that share sample (x, y), those outside of the picture left out.
    template <typename Visit>
    void each_pixel(int x, int y, const GstVideoInfo& info, Visit&& visit) const {
        for (int row = y * down; row < std::min((y + 1) * down, info.height); ++row)
            for (int column = x * across; column < std::min((x + 1) * across, info.width); ++column)
                visit(column, row);
    }

    int width, height;
    int across, down;  ///< pixels of the picture that share a sample
    int unit;          ///< steps of a sample for one of a byte

private:
    guint8* data_;
    int stride_, step_, shift_;
};

/// A buffer's picture, mapped.
class Mapped {
public:
    Mapped(const Buffer& buffer, GstVideoInfo info) {
        EXPECT_TRUE(gst_video_frame_map(&frame_, &info, buffer.get(), GST_MAP_READWRITE));
        for (guint i = 0; i < std::min(GST_VIDEO_FRAME_N_COMPONENTS(&frame_), 3U); ++i)
            components.emplace_back(&frame_, i);
    }
    ~Mapped() { gst_video_frame_unmap(&frame_); }
    Mapped(const Mapped&) = delete;
    Mapped& operator=(const Mapped&) = delete;

    std::vector<Component> components;  ///< but for alpha

private:
    GstVideoFrame frame_{};
};

/// The element with a bus of its own.
class Overlay {
public:
    explicit Overlay(const GstVideoInfo& info, const std::string& properties = "") {
        gst_element_set_bus(element_.get(), bus_);
        set("labels", "false");
        set("ids", "false");
        if (!properties.empty())
            set_all(properties);
        harness_ = gst_harness_new_with_element(element_.get(), "sink", "src");
        caps(info);
    }
    /// With other caps behind the element, as a launch line writes them.
    Overlay(const GstVideoInfo& info, const std::string& properties, const std::string& behind) {
        gst_element_set_bus(element_.get(), bus_);
        set_all(properties);
        harness_ = gst_harness_new_with_element(element_.get(), "sink", "src");
        gst_harness_set_sink_caps_str(harness_, behind.c_str());
        gst_harness_set_src_caps(harness_, gst_video_info_to_caps(&info));
    }
    ~Overlay() {
        gst_element_set_bus(element_.get(), nullptr);
        gst_harness_teardown(harness_);
        gst_object_unref(bus_);
    }
    Overlay(const Overlay&) = delete;
    Overlay& operator=(const Overlay&) = delete;

    void caps(const GstVideoInfo& info) {
        gst_harness_set_caps(harness_, gst_video_info_to_caps(&info), gst_video_info_to_caps(&info));
    }
    void in_caps(const GstVideoInfo& info) { gst_harness_set_src_caps(harness_, gst_video_info_to_caps(&info)); }
    void set(const char* name, const std::string& value) {
        gst_util_set_object_arg(G_OBJECT(element_.get()), name, value.c_str());
    }
    /// As on a launch line.
    void set_all(const std::string& properties) {
        std::istringstream words(properties);
        for (std::string word; words >> word;)
            set(word.substr(0, word.find('=')).c_str(), word.substr(word.find('=') + 1));
    }
    [[nodiscard]] GstElement* element() const { return element_.get(); }
    [[nodiscard]] GstHarness* get() const { return harness_; }
    GstFlowReturn push(Buffer buffer) { return gst_harness_push(harness_, buffer.release()); }
    Buffer draw(Buffer buffer) { return Buffer(gst_harness_push_and_pull(harness_, buffer.release())); }
    /// Nothing when the picture is left out.
    Buffer try_draw(Buffer buffer) {
        EXPECT_EQ(gst_harness_push(harness_, buffer.release()), GST_FLOW_OK);
        return Buffer(gst_harness_try_pull(harness_));
    }
    /// What leaves the element.
    [[nodiscard]] GstVideoInfo out_info() const {
        const ausm::gst::Owned<GstPad> pad(gst_element_get_static_pad(element_.get(), "src"));
        const ausm::gst::Owned<GstCaps> caps(gst_pad_get_current_caps(pad.get()));
        GstVideoInfo info{};
        EXPECT_TRUE(caps && gst_video_info_from_caps(&info, caps.get()));
        return info;
    }
    void flush() {
        gst_harness_push_event(harness_, gst_event_new_flush_start());
        gst_harness_push_event(harness_, gst_event_new_flush_stop(TRUE));
        GstSegment segment;
        gst_segment_init(&segment, GST_FORMAT_TIME);
        gst_harness_push_event(harness_, gst_event_new_segment(&segment));
    }

    /// Warnings posted so far; anything worse fails the test.
    int warnings() {
        constexpr auto kTypes = static_cast<GstMessageType>(GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
        while (GstMessage* message = gst_bus_pop_filtered(bus_, kTypes)) {
            EXPECT_EQ(GST_MESSAGE_TYPE(message), GST_MESSAGE_WARNING);
            GError* error = nullptr;
            gst_message_parse_warning(message, &error, nullptr);
            last_warning_ = error->message;
            g_error_free(error);
            ++warnings_;
            gst_message_unref(message);
        }
        return warnings_;
    }
    std::string last_warning() {
        static_cast<void>(warnings());
        return last_warning_;
    }

private:
    GstBus* bus_ = gst_bus_new();
    ausm::gst::Owned<GstElement> element_{
        GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("maskoverlay", nullptr)))};
    GstHarness* harness_ = nullptr;
    int warnings_ = 0;
    std::string last_warning_;
};

inline GstVideoInfo video_info(const char* format, int width, int height, const char* colorimetry = "bt601") {
    GstVideoInfo info;
    gst_video_info_set_format(&info, gst_video_format_from_string(format), static_cast<guint>(width),
                              static_cast<guint>(height));
    info.fps_n = 25;
    info.fps_d = 1;
    if (!GST_VIDEO_INFO_IS_RGB(&info)) {
        EXPECT_TRUE(gst_video_colorimetry_from_string(&info.colorimetry, colorimetry));
    }
    return info;
}

/// A picture of noise. With padding its rows are longer than they need to be and its planes lie apart.
inline Buffer picture(const GstVideoInfo& info, int padding = 0) {
    GstVideoInfo padded = info;
    gsize size = info.size;
    if (padding > 0) {
        size = static_cast<gsize>(padding);
        for (guint plane = 0; plane < GST_VIDEO_INFO_N_PLANES(&info); ++plane) {
            gint components[GST_VIDEO_MAX_COMPONENTS];
            gst_video_format_info_component(info.finfo, plane, components);
            const auto rows = static_cast<gsize>(GST_VIDEO_INFO_COMP_HEIGHT(&info, components[0]));
            padded.offset[plane] = size;
            padded.stride[plane] = info.stride[plane] + padding;
            size += static_cast<gsize>(padded.stride[plane]) * rows + static_cast<gsize>(padding);
        }
    }
    Buffer buffer(gst_buffer_new_allocate(nullptr, size, nullptr));
    GstMapInfo map;
    EXPECT_TRUE(gst_buffer_map(buffer.get(), &map, GST_MAP_WRITE));
    for (gsize i = 0; i < map.size; ++i)
        map.data[i] = static_cast<guint8>(i * 2654435761U >> 13);
    gst_buffer_unmap(buffer.get(), &map);
    if (padding > 0)
        gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&info),
                                       static_cast<guint>(info.width), static_cast<guint>(info.height),
                                       GST_VIDEO_INFO_N_PLANES(&info), padded.offset, padded.stride);
    const Mapped mapped(buffer, info);
    for (const Component& component : mapped.components)
        for (int y = 0; component.unit > 1 && y < component.height; ++y)
            for (int x = 0; x < component.width; ++x)
                component.set(x, y, component.get(x, y));  // nothing in the bits that do not count
    return buffer;
}

inline Bytes bytes(const Buffer& buffer) {
    Bytes all(gst_buffer_get_size(buffer.get()));
    gst_buffer_extract(buffer.get(), 0, all.data(), all.size());
    return all;
}

/// Blobs of the values 1 to 3 and of 4, which no object has.
inline ausm::Result blobs(int width, int height) {
    ausm::Result result;
    result.map_width = width;
    result.map_height = height;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            result.map.push_back(static_cast<guint8>((x / 5 + 2 * (y / 4) + (x * y) / 40) % 5));
    for (guint8 value = 1; value <= 3; ++value) {
        ausm::Object object;
        object.id = object.value = value;
        object.score = 0.87F;
        object.box = {0, 0, 1, 1};
        object.area = 0.2;
        result.objects.push_back(object);
    }
    return result;
}

/// Why the element does not start with these properties; empty when it does.
inline std::string start_error(const std::string& launch) {
    const ausm::gst::Owned<GstElement> element(
        GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(launch.c_str(), nullptr))));
    GstBus* bus = gst_bus_new();
    gst_element_set_bus(element.get(), bus);
    std::string text;
    if (gst_element_set_state(element.get(), GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE) {
        GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
        EXPECT_TRUE(message) << launch;
        GError* error = nullptr;
        gst_message_parse_error(message, &error, nullptr);
        text = error->message;
        g_error_free(error);
        gst_message_unref(message);
    }
    gst_element_set_state(element.get(), GST_STATE_NULL);
    gst_element_set_bus(element.get(), nullptr);
    gst_object_unref(bus);
    return text;
}

/// Masks that were carried over from an earlier picture.
inline Buffer carried(Buffer buffer, ausm::Result result, int width, int height) {
    EXPECT_TRUE(ausm::gst::attach_meta(buffer.get(), result, {width, height, false, "test", 0}));
    return buffer;
}

inline Buffer annotated(Buffer buffer, ausm::Result result, int width, int height, int aspect_n = 1, int aspect_d = 1) {
    EXPECT_TRUE(ausm::gst::attach_meta(buffer.get(), result, {width, height, true, "test", 0, aspect_n, aspect_d}));
    return buffer;
}

}  // namespace ausm::test
