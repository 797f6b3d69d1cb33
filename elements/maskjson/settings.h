// SPDX-License-Identifier: MIT
// The properties of maskjson.
#pragma once

#include "gst/gstausmmetajson.h"
#include "gst/gstausmobjectfilter.h"

#include <gst/gst.h>

#include <string>

namespace ausm::gst {

/// A value, copied under the object lock.
struct JsonSettings {
    MaskForm masks = MaskForm::kRunLengths;
    guint every = 1;  ///< frames
    bool only_changes = false;
    std::string objects, classes;
    ObjectFilter filter;  ///< of the two lists
};

/// Declares all properties.
void json_settings_install(GObjectClass* klass);

/// False when the id is none of theirs. Under the element's object lock.
[[nodiscard]] bool json_settings_set(JsonSettings& settings, guint id, const GValue* value);
[[nodiscard]] bool json_settings_get(const JsonSettings& settings, guint id, GValue* value);

}  // namespace ausm::gst
