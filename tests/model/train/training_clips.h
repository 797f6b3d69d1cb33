// SPDX-License-Identifier: MIT
// Small clips with a truth that a network can learn: bright squares that move over noise.
#pragma once

#include "train/clip.h"

#include <ATen/ATen.h>

namespace ausm::test {

struct SquaresOptions {
    std::int64_t frames = 4, height = 64, width = 96, places = 3, objects = 2;
    bool prompted = true;
    std::uint64_t seed = 1;
    std::int64_t anchor = train::Clip::kNoAnchor;
};

/// Object k is a square of 24 pixels; t_i is 0 for the first object of a prompted clip, 1 for all others.
inline train::Clip squares_clip(const SquaresOptions& o) {
    at::manual_seed(o.seed);
    const auto h4 = o.height / 4, w4 = o.width / 4;
    train::Clip clip;
    clip.images = at::randint(0, 90, {o.frames, 3, o.height, o.width}, at::kByte);
    clip.masks = at::zeros({o.frames, o.places, h4, w4}, at::kByte);
    clip.marks = at::zeros_like(clip.masks);
    clip.visible = at::zeros({o.frames, o.places}, at::kBool);
    clip.tracked = at::zeros({o.frames, o.places}, at::kBool);
    clip.kinds = at::zeros({o.frames, o.places}, at::kLong);
    clip.start = at::full({o.places}, o.frames + 1, at::kLong);
    clip.slots = at::randperm(64, at::kLong).narrow(0, 0, o.places).clone();
    clip.valid = at::arange(o.places) < o.objects;
    for (std::int64_t k = 0; k < o.objects; ++k) {
        const auto start = k == 0 && o.prompted ? 0 : 1;
        clip.start[k] = start;
        for (std::int64_t t = 0; t < o.frames; ++t) {
            const auto y = 8 + 16 * k, x = 4 + 24 * k + 4 * t;
            clip.images[t].narrow(1, y, 24).narrow(2, x, 24).select(0, k % 3).fill_(250);
            clip.masks[t][k].narrow(0, y / 4, 6).narrow(1, x / 4, 6).fill_(255);
            clip.visible[t][k] = true;
            clip.tracked[t][k] = t + 1 > start;
        }
        for (std::int64_t t = 0; t < o.frames; ++t)
            if (t + 1 > start)
                clip.marks[t][k].copy_(clip.masks[std::max<std::int64_t>(t - 1, 0)][k]);
        if (start == 0)
            clip.kinds[0][k] = 1;
    }
    clip.anchor_frame = o.anchor;
    clip.anchor_marks = at::zeros_like(clip.masks[0]);
    clip.anchor_kinds = at::zeros({o.places}, at::kLong);
    if (o.anchor < o.frames) {
        clip.anchor_marks.copy_(clip.masks[o.anchor]);
        clip.anchor_kinds.copy_(clip.valid);
    }
    return clip;
}

}  // namespace ausm::test
