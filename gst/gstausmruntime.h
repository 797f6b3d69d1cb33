// SPDX-License-Identifier: MIT
// Opens the model library at run time and gives engines; the plugin itself never links it.
#pragma once

#include "model/ausm.h"

#include <gst/gst.h>

#include <memory>
#include <string>

namespace ausm::gst {

/// Why there is no engine, ready to be posted.
struct OpenError {
    GQuark domain = 0;
    int code = 0;
    std::string message;  ///< for the user: what is wrong, and with which file
    std::string detail;   ///< the reason given below, and the next step to take
};

/// Either an engine or the error.
struct OpenResult {
    std::shared_ptr<Engine> engine;
    OpenError error;
};

/// Opens `$AUSM_LIBRARY`, else the installed library, once per process, and asks it for an engine. Empty
/// `options.weights` means `$AUSM_WEIGHTS`, else the installed default. Installed files are looked for from the plugin's
/// own place first, so that a whole installation may be moved. Thread-safe; a failure may be tried again.
[[nodiscard]] OpenResult open_engine(const EngineOptions& options);

/// Posts the error on the element's bus. Not under the object lock.
void post_open_error(GstElement* element, const OpenError& error);

}  // namespace ausm::gst
