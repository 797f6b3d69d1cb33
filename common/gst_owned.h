// SPDX-License-Identifier: MIT
// Owners for GLib's and GStreamer's C objects, so that nothing is released by hand.
#pragma once

#include <gst/gst.h>

#include <memory>

namespace ausm::gst {

/// One deleter for every kind of object that is owned here.
struct Release {
    void operator()(GObject* object) const noexcept { g_object_unref(object); }
    void operator()(GstElement* element) const noexcept { gst_object_unref(element); }
    void operator()(GstElementFactory* factory) const noexcept { gst_object_unref(factory); }
    void operator()(GstPad* pad) const noexcept { gst_object_unref(pad); }
    void operator()(GstBus* bus) const noexcept { gst_object_unref(bus); }
    void operator()(GstMessage* message) const noexcept { gst_message_unref(message); }
    void operator()(GstSample* sample) const noexcept { gst_sample_unref(sample); }
    void operator()(GstContext* context) const noexcept { gst_context_unref(context); }
    void operator()(GstObject* object) const noexcept { gst_object_unref(object); }
    void operator()(GstBuffer* buffer) const noexcept { gst_buffer_unref(buffer); }
    void operator()(GstCaps* caps) const noexcept { gst_caps_unref(caps); }
    void operator()(GstEvent* event) const noexcept { gst_event_unref(event); }
    void operator()(GstQuery* query) const noexcept { gst_query_unref(query); }
    void operator()(GstIterator* iterator) const noexcept { gst_iterator_free(iterator); }
    void operator()(GstStructure* structure) const noexcept { gst_structure_free(structure); }
    void operator()(GMainLoop* loop) const noexcept { g_main_loop_unref(loop); }
    void operator()(GOptionContext* context) const noexcept { g_option_context_free(context); }
    void operator()(GError* error) const noexcept { g_error_free(error); }
    void operator()(char* text) const noexcept { g_free(text); }
};

template <typename T>
using Owned = std::unique_ptr<T, Release>;

}  // namespace ausm::gst
