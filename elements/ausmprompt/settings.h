// SPDX-License-Identifier: MIT
// The properties of ausmprompt.
#pragma once

#include "detections.h"
#include "standing.h"

#include <string>

namespace ausm::gst {

/// A value, copied under the object lock.
struct PromptSettings {
    StandingPrompts standing;
    guint changed = 0;  ///< standing kinds set since the last frame
    std::string location;
    bool wait_prompts = true;
    DetectionSettings detections;
};

/// Declares all properties.
void prompt_settings_install(GObjectClass* klass);

/// False when the id is none of theirs. Under the element's object lock.
[[nodiscard]] bool prompt_settings_set(PromptSettings& settings, guint id, const GValue* value);
[[nodiscard]] bool prompt_settings_get(const PromptSettings& settings, guint id, GValue* value);

}  // namespace ausm::gst
