// SPDX-License-Identifier: MIT
// The properties of ausmsegment: their declaration, and the plain values behind them.
#pragma once

#include "model/ausm.h"

#include <gst/gst.h>

#include <string>

namespace ausm::gst {

/// What makes a stream forget everything: flags.
enum ResetOn : guint {
    kResetOnFlush = 1,
    kResetOnCaps = 2,
    kResetOnStreamStart = 4,
    kResetOnDiscont = 8,
    kResetOnGap = 16,
};

/// The property qos. Numbers as a boolean has them, which it was once: TRUE and FALSE of older programs mean the same.
enum class Qos { kFalse = 0, kTrue = 1, kAuto = 2 };

/// What the application set. Copied under the element's object lock.
struct SegmentSettings {
    EngineOptions engine;
    SessionOptions session;
    gint latency = -1;     ///< milliseconds; -1: what frames take
    gint interval = 1;     ///< the network sees every n-th frame
    Qos qos = Qos::kAuto;  ///< which late frames take the last map
    bool click_to_prompt = false;
    bool analytics = true;  ///< analytics metadata, where this build has it
    guint reset_on = kResetOnFlush | kResetOnStreamStart;
    std::string classes;  ///< labels that prompts may have, parted by commas; empty: all
    guint revision = 1;   ///< raised by every change
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
