// SPDX-License-Identifier: MIT
// Owners, locks and values of GLib and GStreamer that end with their scope.
#pragma once

#include "common/gst_owned.h"

namespace ausm::gst {

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
