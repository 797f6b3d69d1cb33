// SPDX-License-Identifier: MIT
// A scene, things on top of it, the camera's faults, the truth.
#include "train/synthesis/clip_maker.h"

#include "train/synthesis/anchor.h"
#include "train/synthesis/base_scene.h"
#include "train/synthesis/copies.h"
#include "train/synthesis/occlusion.h"
#include "train/synthesis/paste.h"
#include "train/synthesis/photometric.h"
#include "train/synthesis/truth.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace ausm::train {
namespace {

constexpr std::uint64_t kAnchorStream = 0x616e63686f72;  // far from any seed that a recipe has

constexpr std::array kStills{Role::kPicture, Role::kSingle, Role::kUnlabelled};

bool has_stills(const Pool& pool, const MixRecipe& mix) {
    return (pool.has(Role::kPicture) && mix.picture > 0) || (pool.has(Role::kSingle) && mix.single > 0) ||
           (pool.has(Role::kUnlabelled) && mix.background > 0);
}

Role draw_role(const Pool& pool, const MixRecipe& mix, Random& random) {
    const bool stills = has_stills(pool, mix);
    const bool video = random.chance(mix.video);
    if (pool.has(Role::kVideo) && (video || !stills))
        return Role::kVideo;
    const auto share = [&](Role role, double weight) { return pool.has(role) ? weight : 0; };
    return kStills[random.weighted({share(Role::kPicture, mix.picture), share(Role::kSingle, mix.single),
                                    share(Role::kUnlabelled, mix.background)})];
}

const std::vector<std::int64_t>& pasted_counts(Role role, const PasteRecipe& recipe) {
    switch (role) {
    case Role::kPicture: return recipe.on_picture;
    case Role::kSingle: return recipe.on_single;
    case Role::kUnlabelled: return recipe.on_background;
    case Role::kVideo: break;
    }
    return recipe.on_video;
}

}  // namespace

ClipMaker::ClipMaker(ClipRecipe recipe, std::shared_ptr<const Pool> pool)
    : recipe_(std::move(recipe)), pool_(std::move(pool)) {
    TORCH_CHECK(has_stills(*pool_, recipe_.mix) || pool_->has(Role::kVideo),
                "clips: no data set has a role that the recipe's mix uses");
}

Scene ClipMaker::draw_scene(Random& random) const {
    const auto role = draw_role(*pool_, recipe_.mix, random);
    auto scene =
        role == Role::kVideo ? video_scene(*pool_, recipe_, random) : still_scene(*pool_, role, recipe_, random);
    add_pasted(scene, pasted_counts(role, recipe_.pasted), *pool_, recipe_, random);
    const bool copies = random.chance(recipe_.copies.probability);
    const bool occlusion = random.chance(recipe_.occlusion.probability);
    if (copies)
        add_copies(scene, *pool_, recipe_, random);
    if (occlusion && recipe_.frames >= recipe_.occlusion.least_frames)
        add_absence(scene, *pool_, recipe_, random);
    return scene;
}

Clip ClipMaker::make(std::uint64_t index) const {
    const c10::NoGradGuard no_grad;
    Random random(recipe_.seed, index);
    const auto scene = draw_scene(random);
    auto images = photometric(scene.frames, recipe_.photometric, random);
    auto clip = label(scene, std::move(images), recipe_, random);
    Random anchor_random(recipe_.seed ^ kAnchorStream, index);
    add_anchor(clip, recipe_, anchor_random);
    return clip;
}

Scene ClipMaker::scene(std::uint64_t index) const {
    const c10::NoGradGuard no_grad;
    Random random(recipe_.seed, index);
    auto scene = draw_scene(random);
    scene.frames = photometric(scene.frames, recipe_.photometric, random).permute({0, 2, 3, 1}).contiguous();
    return scene;
}

}  // namespace ausm::train
