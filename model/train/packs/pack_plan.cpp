// SPDX-License-Identifier: MIT
// The order in which packs become smaller is written down in pack.h.
#include "train/packs/pack_plan.h"

#include "train/packs/pack_frame.h"

#include <algorithm>

namespace ausm::train {

std::vector<PackStep> pack_steps(const PackOptions& options, const std::vector<OpenSource>& sets) {
    constexpr int kSmaller = 4, kLeastQuality = 40;
    std::vector<PackStep> steps = {{options.short_side, options.quality, {}, ""}};
    const auto next = [&](const auto& change) {
        auto step = steps.back();
        change(step);
        steps.push_back(std::move(step));
    };
    for (int i = 1; i <= kSmaller; ++i) {
        if (steps.back().quality > kLeastQuality)
            next([&](PackStep& step) { step.quality = std::max(kLeastQuality, step.quality - 10); });
        next([&](PackStep& step) { step.short_side = options.short_side * (16 - i) / 16; });
    }
    const auto thin = [&](const std::string& role, std::size_t every, const std::string& what) {
        if (std::none_of(sets.begin(), sets.end(), [&](const OpenSource& set) { return set.source.role == role; }))
            return;
        next([&](PackStep& step) {
            step.every[role] = every;
            step.left_out += (step.left_out.empty() ? "" : ", ") + what;
        });
    };
    thin("background", 2, "every second background");
    thin("single", 2, "every second picture of the role 'single'");
    thin("picture", 2, "every second picture of the role 'picture'");
    thin("video", 2, "every second frame of video");
    thin("background", 0, "all backgrounds");
    thin("single", 0, "all pictures of the role 'single'");
    return steps;
}

std::vector<FrameIndex> kept_frames(const OpenSource& set, const PackStep& step) {
    const auto found = step.every.find(set.source.role);
    const auto every = found == step.every.end() ? 1 : found->second;
    std::vector<FrameIndex> frames;
    if (every == 0)
        return frames;
    const auto sequences = set.data ? set.data->sequences() : set.sprites.size();
    const bool video = set.source.role == "video";
    for (std::size_t i = 0; i < sequences; i += video ? 1 : every)
        for (std::size_t n = 0; n < (set.data ? set.data->frames(i) : 1); n += video ? every : 1)
            frames.push_back({i, n});
    return frames;
}

PackedFrame make_frame(const OpenSource& set, const FrameIndex& at, const PackStep& step) {
    constexpr int kBetter = 15;  // sprites are small and seen at their edges
    if (!set.data)
        return pack_sprite(set.sprites[at.sequence], step.short_side, std::min(100, step.quality + kBetter));
    return pack_frame(set.data->read(at.sequence, at.frame), step.short_side, step.quality);
}

std::int64_t estimate(const std::vector<OpenSource>& sets, const PackStep& step) {
    constexpr std::size_t kSamples = 48, kFrame = 16;  // what the header and the sizes of a frame have
    double bytes = 0;
    for (const auto& set : sets) {
        const auto frames = kept_frames(set, step);
        const auto samples = std::min(kSamples, frames.size());
        double sampled = 0;
        for (std::size_t i = 0; i < samples; ++i) {
            const auto frame = make_frame(set, frames[i * frames.size() / samples], step);
            sampled += static_cast<double>(frame.picture.size() + frame.runs.size() + kFrame);
        }
        if (samples != 0)
            bytes += sampled * static_cast<double>(frames.size()) / static_cast<double>(samples);
    }
    return static_cast<std::int64_t>(bytes);
}

}  // namespace ausm::train
