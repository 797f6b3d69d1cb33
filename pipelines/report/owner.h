// SPDX-License-Identifier: MIT
// Owners for the C objects that the report uses, so that nothing is released by hand.
#pragma once

#include <cairo.h>
#include <gst/gst.h>

#include <memory>

namespace ausm::report {

struct Release {
    void operator()(GstElement* element) const noexcept { gst_object_unref(element); }
    void operator()(GstPad* pad) const noexcept { gst_object_unref(pad); }
    void operator()(GstBus* bus) const noexcept { gst_object_unref(bus); }
    void operator()(GstCaps* caps) const noexcept { gst_caps_unref(caps); }
    void operator()(GstSample* sample) const noexcept { gst_sample_unref(sample); }
    void operator()(GstStructure* structure) const noexcept { gst_structure_free(structure); }
    void operator()(GError* error) const noexcept { g_error_free(error); }
    void operator()(GMainLoop* loop) const noexcept { g_main_loop_unref(loop); }
    void operator()(GOptionContext* context) const noexcept { g_option_context_free(context); }
    void operator()(char* text) const noexcept { g_free(text); }
    void operator()(cairo_surface_t* surface) const noexcept { cairo_surface_destroy(surface); }
    void operator()(cairo_t* context) const noexcept { cairo_destroy(context); }
};

template <typename T>
using Owned = std::unique_ptr<T, Release>;

}  // namespace ausm::report
