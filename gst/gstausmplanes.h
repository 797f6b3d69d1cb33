// SPDX-License-Identifier: MIT
// A picture from one layout in memory to another, plane by plane.
#pragma once

#include <gst/video/video.h>

#include <array>
#include <optional>
#include <vector>

namespace ausm::gst {

/// Where the planes of a picture lie in one memory. Bytes.
struct PlaneLayout {
    std::array<gsize, GST_VIDEO_MAX_PLANES> offset{};
    std::array<gint, GST_VIDEO_MAX_PLANES> stride{};
    gsize size = 0;  ///< of the memory
};

/// `rows` rows of `row_bytes`. Bytes.
struct PlaneCopy {
    gsize from, from_stride, to, to_stride, row_bytes, rows;
    bool operator==(const PlaneCopy&) const = default;
};

/// As `info` says.
[[nodiscard]] PlaneLayout layout_of(const GstVideoInfo& info, gsize size) noexcept;
/// As the buffer's GstVideoMeta says, else as `info` does. Nothing: the metadata is of another picture than `picture`.
[[nodiscard]] std::optional<PlaneLayout> layout_of(GstBuffer* buffer, const GstVideoInfo& info,
                                                   const GstVideoInfo& picture, gsize size) noexcept;

/// What moves the picture that `info` names from one layout to the other, a copy for each plane: what lies between and
/// behind rows and planes is left alone. Empty when a plane is not inside its memory, or its rows overlap.
[[nodiscard]] std::vector<PlaneCopy> plane_copies(const GstVideoInfo& info, const PlaneLayout& from,
                                                  const PlaneLayout& to);

}  // namespace ausm::gst
