// SPDX-License-Identifier: MIT
// In a stream the anchor is set after a prompt, or after the frame that has found an object.
#include "train/synthesis/anchor.h"

#include "nn/marker.h"
#include "train/synthesis/marks.h"

#include <ATen/ATen.h>

namespace ausm::train {
namespace {

/// [T, K] bool: visible objects that have been prompted, or that this frame or an earlier one has found.
at::Tensor known_objects(const Clip& clip) {
    const auto numbers = at::arange(1, clip.masks.size(0) + 1, at::kLong).unsqueeze(1);
    return clip.visible.logical_and(clip.valid).logical_and(numbers >= clip.start);
}

/// One of the frames in which something is known.
std::int64_t draw_frame(const Clip& clip, const at::Tensor& frames, const AnchorRecipe& recipe, Random& random) {
    const bool prompted = clip.start.eq(0).any().item<bool>();
    if (prompted && random.chance(recipe.prompt))
        return 0;
    const auto which = random.chance(recipe.first) ? 0 : random.below(frames.size(0));
    return frames[which].item<std::int64_t>();
}

}  // namespace

void add_anchor(Clip& clip, const ClipRecipe& recipe, Random& random) {
    clip.anchor_frame = Clip::kNoAnchor;
    clip.anchor_marks = at::zeros_like(clip.masks[0]);
    clip.anchor_kinds = at::zeros_like(clip.start);
    const auto known = known_objects(clip), frames = known.any(1).nonzero().flatten();
    const bool wanted = random.chance(recipe.anchor.probability);
    if (!wanted || frames.size(0) == 0)
        return;
    clip.anchor_frame = draw_frame(clip, frames, recipe.anchor, random);
    auto faults = recipe.marks;
    faults.drop = 0;
    for (std::int64_t k = 0; k < clip.masks.size(1); ++k) {
        if (!known[clip.anchor_frame][k].item<bool>())
            continue;
        const auto mask = clip.masks[clip.anchor_frame][k];
        const bool as_given = random.chance(recipe.anchor.truth) || !faults.jitter;
        clip.anchor_marks[k].copy_(as_given ? mask : faulty_mark(mask, faults, random));
        clip.anchor_kinds[k].fill_(static_cast<std::int64_t>(MarkKind::kMask));
    }
}

}  // namespace ausm::train
