// SPDX-License-Identifier: MIT
// The properties of ausmsegment: their declaration, and the plain values behind them.
#pragma once

#include "model/ausm.h"

#include <gst/gst.h>

namespace ausm::gst {

/// What the application set. Copied under the element's object lock.
struct SegmentSettings {
    EngineOptions engine;
    SessionOptions session;
    gint latency = -1;   ///< milliseconds; -1: measured
    guint revision = 1;  ///< raised by every change
};

/// True when both ask for the same engine.
[[nodiscard]] bool same_engine(const EngineOptions& a, const EngineOptions& b);

/// Declares everything but `stats`.
void segment_settings_install(GObjectClass* klass);

/// False when the id is none of theirs. Under the element's object lock.
[[nodiscard]] bool segment_settings_set(SegmentSettings& settings, guint id, const GValue* value);
[[nodiscard]] bool segment_settings_get(const SegmentSettings& settings, guint id, GValue* value);

/// First free property id for the element's own.
inline constexpr guint kSegmentSettingsEnd = 32;

}  // namespace ausm::gst
