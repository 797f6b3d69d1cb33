// SPDX-License-Identifier: MIT
// Hides what the masks of a picture say, or all of it.
#pragma once

#include "elements/maskoverlay/background.h"
#include "elements/maskoverlay/cut_out.h"
#include "elements/maskoverlay/frame_masks.h"
#include "elements/maskoverlay/hidden_area.h"
#include "elements/maskoverlay/settings.h"

#include <string>

namespace ausm::gst::overlay {

/// Thread-bound to the streaming thread.
class Hider {
public:
    /// Reads what takes the place of what is replaced. The text of what is wrong, else empty.
    [[nodiscard]] std::string load(const OverlaySettings& settings) { return background_.load(settings.background); }
    /// Pictures so far do not count any more.
    void reset();
    void set_info(const GstVideoInfo& info);

    /// What takes the place of what is replaced now: a picture of another stream, or null: that of the file.
    /// The text of what is wrong with it, else empty.
    [[nodiscard]] std::string show(const FedPicture* background) { return background_.show(background, info_); }

    /// `age`: pictures since the last fresh masks.
    void hide(const Picture& picture, const FrameMasks& masks, const OverlaySettings& settings, int age);
    void hide_all(const Picture& picture, const OverlaySettings& settings);

private:
    const AlphaPlane& hidden_area(const Picture& picture, const FrameMasks& masks, const OverlaySettings& settings,
                                  int age);
    [[nodiscard]] EffectLook effect_look(const OverlaySettings& settings) const;

    GstVideoInfo info_{};
    HeldObjects held_;
    HiddenArea area_;
    CutOut cut_out_;
    AlphaPlane around_;  ///< alpha of a background that is replaced
    Background background_;
};

/// What the filter leaves.
[[nodiscard]] std::vector<Annotation> meant_objects(const FrameMasks& masks, const ObjectFilter& filter);
/// Values of these objects.
[[nodiscard]] ValueTable values_of(std::span<const Annotation> objects) noexcept;

}  // namespace ausm::gst::overlay
