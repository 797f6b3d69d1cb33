// SPDX-License-Identifier: MIT
// What maskoverlay tells the application, each thing once.
#pragma once

#include "gst/ausm/gstausmmeta.h"

#include <gst/base/gstbasetransform.h>

#include <set>
#include <string>

namespace ausm::gst::overlay {

/// Why a picture's masks cannot be relied on.
enum class Lack { kNoMasks, kMalformed, kTooOld, kBeforeFirst, kShape, kFilter };

/// Posts warnings; no lock of the element may be held. Thread-bound to the streaming thread.
class Reports {
public:
    explicit Reports(GstBaseTransform* element) noexcept : element_(element) {}

    /// Everything may be said again.
    void restart() { *this = Reports(element_); }
    /// Masks may come from elsewhere now.
    void note_new_way() noexcept { asked_ = false; }
    void note_masks() noexcept { asked_ = false; }
    void note_readable() noexcept { layout_ = false; }

    /// What happens to the picture, as in "all of the picture is hidden", and why; once for each reason.
    void lacking(Lack lack, const char* consequence, const std::string& why);
    /// A picture without masks is nothing unusual, unless upstream says that it gave it some.
    void lost();
    void malformed(const char* what);
    /// The masks are of a picture of another shape, and drawn all the same.
    void stretched(const std::string& sizes);
    /// A picture of the pad background_sink cannot be shown.
    void bad_background(const std::string& what);
    /// The video waited for one in vain.
    void no_background();
    /// The picture cannot be mapped; said once until pictures are readable again.
    void unreadable(const std::string& what, const char* consequence);

private:
    enum class Topic { kMalformed, kStretched, kLost, kBackground, kNoBackground };

    [[nodiscard]] std::string way_of_masks();

    GstBaseTransform* element_;
    std::set<Lack> lacks_;
    std::set<Topic> said_;
    bool layout_ = false;
    bool asked_ = false;  ///< upstream, where masks should come from, since these caps and the last picture with masks
};

}  // namespace ausm::gst::overlay
