// SPDX-License-Identifier: MIT
// One stream of maskoverlay: what becomes of each picture.
#pragma once

#include "elements/maskoverlay/frame_masks.h"
#include "elements/maskoverlay/frame_picture.h"
#include "elements/maskoverlay/freshness.h"
#include "elements/maskoverlay/hidden_area.h"
#include "elements/maskoverlay/reports.h"
#include "elements/maskoverlay/settings.h"

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <optional>
#include <string>
#include <vector>

namespace ausm::gst::overlay {

/// Thread-bound to the streaming thread. Exceptions are the caller's to catch: a picture that failed must not be shown.
class OverlayStream {
public:
    explicit OverlayStream(GstBaseTransform* element) : reports_(element) {}

    /// The first text costs a search for fonts: it is paid here, not on a picture.
    void start();
    /// Pictures so far do not count any more: after a flush, with a new stream.
    void restart();
    void set_info(const GstVideoInfo& info);

    /// Draws on the buffer's picture. GST_BASE_TRANSFORM_FLOW_DROPPED: it must not be shown.
    [[nodiscard]] GstFlowReturn draw(GstBuffer* buffer, const OverlaySettings& settings);

private:
    struct Fault {
        Lack lack;
        std::string why;
    };

    /// Why the masks are not good enough to hide anything by them.
    std::optional<Fault> judge(const FrameMasks& masks, const OverlaySettings& settings);
    std::string misfit(const FrameMasks& masks) const;
    GstFlowReturn draw_without_masks(GstBuffer* buffer, const FrameMasks& masks, const OverlaySettings& settings,
                                     const Fault& fault);
    void hide_all(const Picture& picture, const OverlaySettings& settings);
    void hide(const Picture& picture, const FrameMasks& masks, const OverlaySettings& settings);
    [[nodiscard]] EffectLook effect_look(const OverlaySettings& settings) const;

    Reports reports_;
    GstVideoInfo info_{};
    std::optional<TextRenderer> text_;
    Freshness freshness_;
    HeldObjects held_;
    HiddenArea area_;
};

}  // namespace ausm::gst::overlay
