// SPDX-License-Identifier: MIT
// Prompts as marks: boxes are filled, points become small disks, scribbles thick strokes (arXiv 2508.19242, Discussion).
#pragma once

#include "ausm.h"
#include "nn/marker.h"

#include <ATen/core/Tensor.h>

namespace ausm {

/// What a prompt says on the 1/4 map.
struct PromptMask {
    at::Tensor inside;   ///< [h4, w4] float32, 0 .. 1
    at::Tensor outside;  ///< the same for what label 0 takes away; undefined: nothing
    MarkKind kind = MarkKind::kBox;
    bool has_inside = false;  ///< false: only label-0 points or strokes
};

/// Why a prompt cannot be used, for people; empty when it can. Not finite, empty, outside the picture, too many points,
/// the removal of nothing.
std::string prompt_error(const Prompt& prompt);

/// For a prompt that shows something, without error. Masks are area-averaged to rows x columns; a box covers every cell that it touches; a
/// point is a disk of 2.5 % of the map's diagonal (at least 1.2 cells) around it; a stroke has that half-width.
PromptMask prompt_mask(const Prompt& prompt, std::int64_t rows, std::int64_t columns);

}  // namespace ausm
