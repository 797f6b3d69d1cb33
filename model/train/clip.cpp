// SPDX-License-Identifier: MIT
// Fields side by side.
#include "train/clip.h"

#include <ATen/ATen.h>

namespace ausm::train {

ClipBatch ClipBatch::to(at::Device device) const {
    auto moved = *this;
    for (auto* field : {&moved.images, &moved.masks, &moved.visible, &moved.marks, &moved.kinds, &moved.tracked,
                        &moved.start, &moved.slots, &moved.valid, &moved.complete, &moved.rereads, &moved.anchor_frames,
                        &moved.anchor_marks, &moved.anchor_kinds})
        *field = field->to(device, /*non_blocking=*/true);
    return moved;
}

ClipBatch ClipBatch::frames(std::int64_t first, std::int64_t count) const {
    auto part = *this;
    for (auto* field : {&part.images, &part.masks, &part.visible, &part.marks, &part.kinds, &part.tracked})
        *field = field->narrow(1, first, count);
    part.start = (start - first).clamp_min(0);
    if (first > 0)
        part.rereads = at::zeros_like(rereads);
    const auto inside = (anchor_frames >= first).logical_and(anchor_frames < first + count);
    part.anchor_frames = at::where(inside, anchor_frames - first, Clip::kNoAnchor);
    return part;
}

ClipBatch stack(const std::vector<Clip>& clips) {
    TORCH_CHECK(!clips.empty(), "stack: no clips");
    const auto together = [&](at::Tensor Clip::*field) {
        std::vector<at::Tensor> all;
        for (const auto& clip : clips)
            all.push_back(clip.*field);
        return at::stack(all);
    };
    const auto flags = [&](bool Clip::*field) {
        const auto all = at::empty({static_cast<std::int64_t>(clips.size())}, at::kBool);
        auto* data = all.mutable_data_ptr<bool>();
        for (const auto& clip : clips)
            *data++ = clip.*field;
        return all;
    };
    std::vector<std::int64_t> anchor_frames;
    for (const auto& clip : clips)
        anchor_frames.push_back(clip.anchor_frame);
    return {together(&Clip::images),       together(&Clip::masks),       together(&Clip::visible),
            together(&Clip::marks),        together(&Clip::kinds),       together(&Clip::tracked),
            together(&Clip::start),        together(&Clip::slots),       together(&Clip::valid),
            flags(&Clip::complete),        flags(&Clip::rereads),        at::tensor(anchor_frames, at::kLong),
            together(&Clip::anchor_marks), together(&Clip::anchor_kinds)};
}

}  // namespace ausm::train
