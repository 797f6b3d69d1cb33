// SPDX-License-Identifier: MIT
// The names of an object's state and origin, in the metadata and in text.
#pragma once

#include "gst/ausm/gstausmmeta.h"
#include "model/ausm.h"

#include <array>

namespace ausm::gst {

inline constexpr std::array kStateNames = {"new", "tracked", "absent", "lost"};
inline constexpr std::array kOriginNames = {"prompt", "auto"};

// One order of the names serves the model's enumerations and the metadata's.
static_assert(static_cast<int>(ObjectState::kNew) == GST_AUSM_OBJECT_NEW);
static_assert(static_cast<int>(ObjectState::kTracked) == GST_AUSM_OBJECT_TRACKED);
static_assert(static_cast<int>(ObjectState::kAbsent) == GST_AUSM_OBJECT_ABSENT);
static_assert(static_cast<int>(ObjectState::kLost) == GST_AUSM_OBJECT_LOST);
static_assert(static_cast<int>(ObjectOrigin::kPrompt) == GST_AUSM_OBJECT_PROMPT);
static_assert(static_cast<int>(ObjectOrigin::kAuto) == GST_AUSM_OBJECT_AUTO);

}  // namespace ausm::gst
