// SPDX-License-Identifier: MIT
// What one training sample is: a short clip, its truth, and the marks that teacher forcing shows (arXiv 2508.19242,
// Alg. 2).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace ausm::train {

/// T frames of H x W pixels (multiples of 32) and K places for objects, of which the first few may be taken. Frame t
/// here (0-based) is the paper's frame t + 1, and what is shown with it are the masks of the paper's frame t.
struct Clip {
    at::Tensor images;     ///< [T, 3, H, W] uint8, RGB
    at::Tensor masks;      ///< [T, K, H/4, W/4] uint8, 0 .. 255: the truth, averaged over 4 x 4 pixels
    at::Tensor visible;    ///< [T, K] bool: enough of the object is in the frame
    at::Tensor marks;      ///< [T, K, H/4, W/4] uint8: the mark shown with each frame; 0 where none is
    at::Tensor kinds;      ///< [T, K] int64, MarkKind of each mark
    at::Tensor tracked;    ///< [T, K] bool: t + 1 > t_i, the object has its ID vector and its query
    at::Tensor start;      ///< [K] int64: t_i; 0: prompted; T + 1: never found
    at::Tensor slots;      ///< [K] int64: which ID vectors the objects have
    at::Tensor valid;      ///< [K] bool: this place is taken
    bool complete = true;  ///< everything that should be found is labelled: what is found elsewhere is wrong
    bool rereads = false;  ///< frame 0 is marked on its own features instead of X_0: the refinement pass of prompts

    /// The frame that becomes the network's anchor once it has been seen, 0 .. T - 1; T or more: none.
    std::int64_t anchor_frame = kNoAnchor;
    at::Tensor anchor_marks;  ///< [K, h4, w4] uint8: the objects that are known and visible there; 0 for all others
    at::Tensor anchor_kinds;  ///< [K] int64: MarkKind::kMask of those objects

    static constexpr std::int64_t kNoAnchor = std::int64_t{1} << 30;
};

/// B clips of one shape, each field with a leading dimension B; `complete` and `rereads` are [B] bool, `anchor_frames`
/// [B] int64.
struct ClipBatch {
    at::Tensor images, masks, visible, marks, kinds, tracked, start, slots, valid, complete, rereads;
    at::Tensor anchor_frames, anchor_marks, anchor_kinds;

    [[nodiscard]] std::int64_t batch() const { return images.size(0); }
    [[nodiscard]] std::int64_t time() const { return images.size(1); }
    [[nodiscard]] std::int64_t objects() const { return slots.size(1); }
    [[nodiscard]] ClipBatch to(at::Device device) const;
    /// Frames first .. first + count - 1 as clips of their own, views. What was found before has been there from the
    /// start; an anchor that lies elsewhere is none.
    [[nodiscard]] ClipBatch frames(std::int64_t first, std::int64_t count) const;
};

/// Throws c10::Error when the clips differ in shape.
[[nodiscard]] ClipBatch stack(const std::vector<Clip>& clips);

}  // namespace ausm::train
