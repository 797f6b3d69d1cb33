// SPDX-License-Identifier: MIT
// The masks that a buffer carries, read once.
#pragma once

#include "elements/maskoverlay/annotation.h"
#include "gst/gstausmmetacontent.h"

#include <gst/gst.h>

#include <vector>

namespace ausm::gst::overlay {

/// Borrows from the buffer, which must live and must not be given other metadata meanwhile. Thread-bound.
class FrameMasks {
public:
    enum class State { kNone, kMalformed, kFound };

    explicit FrameMasks(GstBuffer* buffer);
    ~FrameMasks();
    FrameMasks(const FrameMasks&) = delete;
    FrameMasks& operator=(const FrameMasks&) = delete;

    [[nodiscard]] State state() const noexcept { return state_; }
    /// What is malformed, also of masks that can be used; null when nothing is.
    [[nodiscard]] const char* complaint() const noexcept { return complaint_; }

    // Only of masks that were found.
    [[nodiscard]] const GstAusmMetaView& view() const noexcept { return view_; }
    [[nodiscard]] LabelMap map() const noexcept { return {mapped_.data, view_.map_width, view_.map_height}; }
    /// Without data when the masks have none.
    [[nodiscard]] LabelMap confidence() const noexcept { return {sureness_.data, view_.map_width, view_.map_height}; }
    /// Those that are well-formed.
    [[nodiscard]] const std::vector<Annotation>& objects() const noexcept { return objects_; }

private:
    explicit FrameMasks(const MetaContent& content);

    GstAusmMetaView view_{};
    GstMapInfo mapped_{}, sureness_{};
    State state_ = State::kNone;
    const char* complaint_ = nullptr;
    std::vector<Annotation> objects_;
};

}  // namespace ausm::gst::overlay
