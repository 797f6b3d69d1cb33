// SPDX-License-Identifier: MIT
// GLib's mutexes and conditions, made visible to ThreadSanitizer: they are futexes of a library that is not built with it.
// A program that has these functions has them called by GStreamer and the plugin, too, in place of GLib's.
#include <dlfcn.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>

namespace {

/// GLib's own function behind the one of this name here.
template <typename Function>
Function* behind(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void g_mutex_lock(GMutex* mutex) {
    static auto* const lock = behind<void(GMutex*)>("g_mutex_lock");
    lock(mutex);
    __tsan_acquire(mutex);
}

gboolean g_mutex_trylock(GMutex* mutex) {
    static auto* const trylock = behind<gboolean(GMutex*)>("g_mutex_trylock");
    const gboolean locked = trylock(mutex);
    if (locked)
        __tsan_acquire(mutex);
    return locked;
}

void g_mutex_unlock(GMutex* mutex) {
    static auto* const unlock = behind<void(GMutex*)>("g_mutex_unlock");
    __tsan_release(mutex);
    unlock(mutex);
}

void g_cond_wait(GCond* condition, GMutex* mutex) {
    static auto* const wait = behind<void(GCond*, GMutex*)>("g_cond_wait");
    __tsan_release(mutex);
    wait(condition, mutex);
    __tsan_acquire(mutex);
}

gboolean g_cond_wait_until(GCond* condition, GMutex* mutex, gint64 end_time) {
    static auto* const wait_until = behind<gboolean(GCond*, GMutex*, gint64)>("g_cond_wait_until");
    __tsan_release(mutex);
    const gboolean signalled = wait_until(condition, mutex, end_time);
    __tsan_acquire(mutex);
    return signalled;
}
