// SPDX-License-Identifier: MIT
// Owners for GLib's and GStreamer's C objects, so that nothing is released by hand.
#pragma once

#include <gst/gst.h>

#include <memory>

namespace ausm::gst {

/// One deleter for every kind of object that is owned here.
struct Release {
    void operator()(GstElement* element) const noexcept { gst_object_unref(element); }
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
    void operator()(GError* error) const noexcept { g_error_free(error); }
    void operator()(char* text) const noexcept { g_free(text); }
};

template <typename T>
using Owned = std::unique_ptr<T, Release>;

/// Holds the object lock of a GstObject. No message may be posted and no peer called while it lives.
class ObjectLock {
public:
    explicit ObjectLock(gpointer object) : object_(GST_OBJECT_CAST(object)) { GST_OBJECT_LOCK(object_); }
    ~ObjectLock() { GST_OBJECT_UNLOCK(object_); }
    ObjectLock(const ObjectLock&) = delete;
    ObjectLock& operator=(const ObjectLock&) = delete;

private:
    GstObject* object_;
};

/// A GValue that clears itself.
class Value {
public:
    Value() = default;
    explicit Value(GType type) { g_value_init(&value_, type); }
    ~Value() {
        if (G_IS_VALUE(&value_))
            g_value_unset(&value_);
    }
    Value(const Value&) = delete;
    Value& operator=(const Value&) = delete;

    GValue* get() noexcept { return &value_; }

private:
    GValue value_ = G_VALUE_INIT;
};

}  // namespace ausm::gst
