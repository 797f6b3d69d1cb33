// SPDX-License-Identifier: MIT
// Pictures of training clips, for the eye: no number shows a mirrored label or a mark of the wrong frame.
#pragma once

#include "train/synthesis/clip_maker.h"

#include <cstdint>

namespace ausm::train {

/// Clips first .. first + count - 1 of `maker`, two rows each, a column for each frame, at half size -> [H, W, 3] uint8.
/// Upper row: the truth, filled and outlined in the colour of its place, with each object's t_i as a number in the first
/// frame (- : never found); framed in white where the clip is complete. Lower row: the marks over the darkened frame,
/// with a square for each tracked object (hollow: not visible now) and the kind of its mark as a number where it is not
/// 0; the first is framed in yellow where the clip is read again. The anchor has a cyan frame inside of that, and its
/// marks as outlines.
[[nodiscard]] at::Tensor contact_sheet(const ClipMaker& maker, std::uint64_t first, std::int64_t count);

}  // namespace ausm::train
