// SPDX-License-Identifier: MIT
// The wall between C++ exceptions and GStreamer's C frames.
#pragma once

#include <gst/gst.h>

#include <exception>
#include <new>
#include <utility>

namespace ausm::gst {

/// Posts an exception as an element error. Takes the object lock inside, so the caller must not hold it. `pad`: the name
/// of the pad whose stream ends with it; null when the element has one stream or the error is not about one.
inline void post_failure(GstElement* element, const char* what, const char* pad = nullptr) noexcept {
    GST_ELEMENT_ERROR(
        element, STREAM, FAILED, ("The element failed%s%s: %s", pad ? " on pad " : "", pad ? pad : "", what),
        ("Set the pipeline to NULL and start it again; if that does not help, run with GST_DEBUG=ausm*:6."));
}

/// Runs `call`; an exception becomes an error on the bus and `fallback` is returned. For every function that GStreamer
/// calls and that may post. Never under the object lock.
template <typename T, typename Call>
T guard(GstElement* element, T fallback, Call&& call, const char* pad = nullptr) noexcept {
    try {
        return std::forward<Call>(call)();
    } catch (const std::bad_alloc&) {
        GST_ELEMENT_ERROR(element, RESOURCE, NO_SPACE_LEFT,
                          ("There is not enough memory%s%s.", pad ? " for pad " : "", pad ? pad : ""), (nullptr));
    } catch (const std::exception& failure) {
        post_failure(element, failure.what(), pad);
    } catch (...) {
        post_failure(element, "unknown exception", pad);
    }
    return fallback;
}

/// The same where nothing may be posted (property functions, finalize): the exception is only logged.
template <typename T, typename Call>
T guard_quietly(gpointer object, T fallback, Call&& call) noexcept {
    try {
        return std::forward<Call>(call)();
    } catch (const std::exception& failure) {
        GST_CAT_ERROR_OBJECT(GST_CAT_DEFAULT, object, "%s", failure.what());
    } catch (...) {
        GST_CAT_ERROR_OBJECT(GST_CAT_DEFAULT, object, "unknown exception");
    }
    return fallback;
}

}  // namespace ausm::gst
