// SPDX-License-Identifier: MIT
// One stream of maskoverlay: what becomes of each picture.
#pragma once

#include "elements/maskoverlay/convert.h"
#include "elements/maskoverlay/frame_picture.h"
#include "elements/maskoverlay/hider.h"
#include "elements/maskoverlay/mask_judge.h"
#include "elements/maskoverlay/reports.h"
#include "elements/maskoverlay/settings.h"

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <optional>
#include <string>

namespace ausm::gst::overlay {

/// Thread-bound to the streaming thread. Exceptions are the caller's to catch: a picture that failed must not be shown.
/// GST_BASE_TRANSFORM_FLOW_DROPPED of its functions: the picture must not be shown.
class OverlayStream {
public:
    explicit OverlayStream(GstBaseTransform* element) : reports_(element) {}

    /// Reads files and fonts, whose search is paid here and not on a picture. The text of what is wrong, else empty.
    [[nodiscard]] std::string start(const OverlaySettings& settings);
    /// Pictures so far do not count any more: after a flush, with a new stream.
    void restart();
    void set_info(Output output, const GstVideoInfo& in, const GstVideoInfo& out);

    /// What takes the place of what is replaced in the next picture: that of another stream, else the file's.
    void show_background(const Behind& behind);
    /// Draws on the buffer's picture.
    [[nodiscard]] GstFlowReturn draw(GstBuffer* buffer, const OverlaySettings& settings);
    /// Makes a matte, or a mask, of the buffer's picture.
    [[nodiscard]] GstFlowReturn make_matte(GstBuffer* buffer, GstBuffer* matte, const OverlaySettings& settings);
    [[nodiscard]] GstFlowReturn make_mask(GstBuffer* buffer, GstBuffer* mask, const OverlaySettings& settings);

private:
    GstFlowReturn draw_without_masks(GstBuffer* buffer, const FrameMasks& masks, const OverlaySettings& settings,
                                     const Fault& fault);
    void report(const FrameMasks& masks, const Fault& fault, Missing missing, const char* hidden);
    void report_found(const FrameMasks& masks);
    /// What is still to be drawn, and of which map.
    struct Rest {
        Look look;
        LabelMap map;
    };
    /// Fills areas with soft borders, if they are to have these.
    Rest draw_softly(const Picture& picture, const FrameMasks& masks, std::span<const Annotation> objects,
                     const OverlaySettings& settings);
    /// Valid until the next call.
    const AlphaPlane& cut_out(const Picture& picture, const FrameMasks& masks, const OverlaySettings& settings);

    Reports reports_;
    GstVideoInfo info_{}, out_info_{};
    std::optional<TextRenderer> text_;
    MaskJudge judge_;
    Hider hider_;
    CutOut cut_out_;
    Trails trails_;
    AlphaPlane owners_;    ///< the map without stairs
    AlphaPlane around_;    ///< alpha of what is around the objects of a matte
    Converter converter_;  ///< to a matte
};

}  // namespace ausm::gst::overlay
