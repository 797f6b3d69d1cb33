// SPDX-License-Identifier: MIT
// Signals that the application emits to make an element do something.
#pragma once

#include <gst/gst.h>

namespace ausm::gst {

/// Makes the signal `name` of `type`, with the types of its arguments. `handler` does the work; like every action signal
/// here it returns gboolean.
template <typename... Types>
guint make_action_signal(const char* name, GType type, GCallback handler, Types... arguments) {
    return g_signal_new_class_handler(name, type, static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
                                      handler, nullptr, nullptr, nullptr, G_TYPE_BOOLEAN, sizeof...(arguments),
                                      arguments...);
}

}  // namespace ausm::gst
