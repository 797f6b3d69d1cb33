// SPDX-License-Identifier: MIT
// What maskjson tells the application about pictures whose masks are missing or wrong, each thing once.
#pragma once

#include "gst/gstausmmetajson.h"
#include "gst/gstausmobjectfilter.h"

#include <gst/gst.h>

#include <string>

namespace ausm::gst {

/// Posts warnings; no lock of the element may be held. Thread-bound to the streaming thread.
class JsonReports {
public:
    JsonReports(GstElement* element, GstPad* sink) noexcept : element_(element), sink_(sink) {}

    /// Everything may be said again.
    void restart() { *this = JsonReports(element_, sink_); }
    /// Masks may come from elsewhere now.
    void note_new_way() noexcept { missing_ = false; }

    /// Looks at what a picture carries, and at the lists that choose its objects.
    void judge(const MetaContent& content, const ObjectFilter& filter);

private:
    void missing();

    GstElement* element_;
    GstPad* sink_;
    bool missing_ = false, malformed_ = false;
    std::string filter_;  ///< what was wrong with the lists when it was said last
};

}  // namespace ausm::gst
