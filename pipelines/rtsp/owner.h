// SPDX-License-Identifier: MIT
// Owners for the C objects that the service uses, the failure that ends it, and the time that has passed.
#pragma once

#include "common/gst_owned.h"

#include <gst/rtsp-server/rtsp-server.h>
#include <json-glib/json-glib.h>

#include <stdexcept>
#include <string>

namespace ausm::rtsp {

/// The text says what is wrong and what to do next.
struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Release : gst::Release {
    using gst::Release::operator();
    void operator()(JsonNode* node) const noexcept { json_node_unref(node); }
    void operator()(JsonParser* parser) const noexcept { g_object_unref(parser); }
    void operator()(JsonBuilder* builder) const noexcept { g_object_unref(builder); }
    void operator()(GstRTSPServer* server) const noexcept { g_object_unref(server); }
    void operator()(GDateTime* time) const noexcept { g_date_time_unref(time); }
    void operator()(GstRTSPAuth* auth) const noexcept { g_object_unref(auth); }
    void operator()(GstRTSPToken* token) const noexcept { gst_rtsp_token_unref(token); }
};

template <typename T>
using Owned = std::unique_ptr<T, Release>;

/// Since a g_get_monotonic_time().
inline double seconds_since(gint64 then) { return static_cast<double>(g_get_monotonic_time() - then) / G_USEC_PER_SEC; }

}  // namespace ausm::rtsp
