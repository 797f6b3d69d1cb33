// SPDX-License-Identifier: MIT
// Arrays are walked by hand: T x K small planes are too little for one operator each.
#include "train/synthesis/truth.h"

#include "nn/grid.h"
#include "train/synthesis/marks.h"
#include "train/synthesis/prompt_marks.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace ausm::train {
namespace {

constexpr std::int64_t kCell = kMaskStride;
constexpr std::int64_t kLeastToHide = 6;  // frames of a clip in which marks are hidden for several

using Areas = std::vector<std::array<std::int64_t, 256>>;  // pixels, by frame and id

Areas count_areas(const at::Tensor& ids) {
    Areas areas(static_cast<std::size_t>(ids.size(0)));
    const auto* values = ids.const_data_ptr<std::uint8_t>();
    const auto pixels = ids.size(1) * ids.size(2);
    for (auto& area : areas)
        for (const auto* const end = values + pixels; values != end; ++values)
            ++area[*values];
    return areas;
}

/// 0: never absent.
std::int64_t first_absence(const Scene& scene, std::size_t id) {
    for (const auto& absence : scene.absences)
        if (absence.id == id)
            return absence.first;
    return 0;
}

/// The ids of the objects, largest first (absent ones before all where places are short), at most recipe.objects.
struct Objects {
    std::vector<std::size_t> ids;
    bool complete = false;
};

Objects choose_objects(const Areas& areas, const Scene& scene, const ClipRecipe& recipe) {
    std::array<std::int64_t, 256> most{};
    for (const auto& area : areas)
        for (std::size_t id = 0; id < most.size(); ++id)
            most[id] = std::max(most[id], area[id]);
    const auto frame = static_cast<double>(recipe.height * recipe.width);
    const auto share = [&](std::size_t id) { return static_cast<double>(most[id]) / frame; };

    Objects objects;
    for (std::size_t id = data::kBackground + 1; id < data::kIgnored; ++id)
        if (share(id) > recipe.truth.least_object)
            objects.ids.push_back(id);
    std::stable_sort(objects.ids.begin(), objects.ids.end(), [&](auto a, auto b) { return most[a] > most[b]; });
    objects.complete = scene.complete && share(data::kIgnored) <= recipe.truth.ignored;
    const auto places = static_cast<std::size_t>(recipe.objects);
    if (objects.ids.size() <= places)
        return objects;
    // What goes away and comes back was made for its place.
    std::stable_partition(objects.ids.begin(), objects.ids.end(),
                          [&](auto id) { return first_absence(scene, id) > 0; });
    for (auto k = places; k < objects.ids.size(); ++k)
        objects.complete = objects.complete && share(objects.ids[k]) < recipe.truth.overflow;
    objects.ids.resize(places);
    return objects;
}

/// [T, K, H/4, W/4] uint8: which part of each cell is the object's.
at::Tensor area_masks(const at::Tensor& ids, const Objects& objects, std::int64_t places) {
    const auto frames = ids.size(0), rows = ids.size(1) / kCell, columns = ids.size(2) / kCell;
    std::array<int, 256> place{};
    for (std::size_t k = 0; k < objects.ids.size(); ++k)
        place[objects.ids[k]] = static_cast<int>(k) + 1;
    auto masks = at::zeros({frames, places, rows, columns}, at::kByte);
    auto* const out = masks.mutable_data_ptr<std::uint8_t>();
    const auto* values = ids.const_data_ptr<std::uint8_t>();
    for (std::int64_t t = 0; t < frames; ++t)
        for (std::int64_t y = 0; y < rows * kCell; ++y)
            for (std::int64_t x = 0; x < columns * kCell; ++x)
                if (const auto k = place[*values++]; k != 0)
                    ++out[((t * places + k - 1) * rows + y / kCell) * columns + x / kCell];
    for (std::int64_t i = 0; i < masks.numel(); ++i)  // 0 .. 16 pixels -> 0 .. 255
        out[i] = static_cast<std::uint8_t>((out[i] * 255 + kCell * kCell / 2) / (kCell * kCell));
    return masks;
}

Clip empty_clip(at::Tensor images, at::Tensor masks) {
    Clip clip;
    const auto frames = masks.size(0), places = masks.size(1);
    clip.images = std::move(images);
    clip.marks = at::zeros_like(masks);
    clip.masks = std::move(masks);
    clip.visible = at::zeros({frames, places}, at::kBool);
    clip.kinds = at::zeros({frames, places}, at::kLong);
    clip.tracked = at::zeros({frames, places}, at::kBool);
    clip.start = at::full({places}, frames + 1, at::kLong);
    clip.valid = at::zeros({places}, at::kBool);
    return clip;
}

/// t_i of object k: 0 prompted, T + 1 never found, else one of its frames; `before` > 0: not later than that.
std::int64_t draw_start(const at::Tensor& visible, bool prompted, std::int64_t before, const ClipRecipe& recipe,
                        Random& random) {
    std::vector<std::int64_t> frames;
    const auto* const seen = visible.const_data_ptr<bool>();
    for (std::int64_t t = 0; t < visible.size(0); ++t)
        if (seen[t])
            frames.push_back(t);
    if (prompted && seen[0] && random.chance(recipe.prompts.object))
        return 0;
    if (before > 0) {
        std::erase_if(frames, [&](auto t) { return t >= before; });
        if (!frames.empty())
            return 1 + random.choice(frames);
    } else if (random.chance(recipe.truth.never)) {
        return visible.size(0) + 1;
    }
    return 1 + random.choice(frames);
}

/// Frames in which an object's marks are lost: [first, second).
WholeRange hidden_frames(std::int64_t frames, const MarkRecipe& recipe, Random& random) {
    if (!recipe.jitter || frames < kLeastToHide || !random.chance(recipe.hide))
        return {0, 0};
    const auto first = random.whole({2, frames - 1});
    return {first, first + random.whole(recipe.hide_frames)};
}

/// What is shown of object k, frame by frame (Alg. 2): with frame t the mask of the frame before.
void show_marks(const Clip& clip, std::int64_t k, const ClipRecipe& recipe, Random& random) {
    const auto frames = clip.masks.size(0), start = clip.start[k].item<std::int64_t>();
    const auto hidden = hidden_frames(frames, recipe.marks, random);
    for (std::int64_t t = 0; t < frames; ++t) {
        if (t + 1 <= start)
            continue;
        clip.tracked[t][k].fill_(true);
        const auto before = clip.masks[std::max<std::int64_t>(0, t - 1)][k];
        if (!before.any().item<bool>())
            continue;
        if (t == 0) {
            const auto prompt = prompt_mark(before, recipe.prompts, random);
            clip.marks[t][k].copy_(prompt.mark);
            clip.kinds[t][k].fill_(static_cast<std::int64_t>(prompt.kind));
        } else if (t < hidden.from || t >= hidden.to) {
            const bool as_given = !recipe.marks.jitter || (start == 0 && t == 1);
            clip.marks[t][k].copy_(as_given ? before : faulty_mark(before, recipe.marks, random));
        }
    }
}

/// One object wears a part of another one's mark for one frame.
void add_foreign_mark(const Clip& clip, std::int64_t objects, const MarkRecipe& recipe, Random& random) {
    const auto two = random.permutation(objects, 2);
    const auto t = random.below(clip.marks.size(0));
    const double strength = random.uniform(recipe.foreign_strength);
    if (!clip.tracked[t][two[0]].item<bool>())
        return;
    const auto foreign = clip.marks[t][two[1]].to(at::kFloat).mul_(strength).to(at::kByte);
    clip.marks[t][two[0]].copy_(at::maximum(clip.marks[t][two[0]], foreign));
}

}  // namespace

Clip label(const Scene& scene, at::Tensor images, const ClipRecipe& recipe, Random& random) {
    const auto areas = count_areas(scene.ids);
    const auto objects = choose_objects(areas, scene, recipe);
    auto clip = empty_clip(std::move(images), area_masks(scene.ids, objects, recipe.objects));
    clip.complete = objects.complete;
    const double least = recipe.truth.visible * static_cast<double>(recipe.height * recipe.width);
    const bool prompted = random.chance(recipe.prompts.clip);
    const auto count = static_cast<std::int64_t>(objects.ids.size());
    for (std::int64_t k = 0; k < count; ++k) {
        const auto id = objects.ids[static_cast<std::size_t>(k)];
        const auto visible = at::zeros({recipe.frames}, at::kBool);
        for (std::size_t t = 0; t < areas.size(); ++t)
            visible.mutable_data_ptr<bool>()[t] = static_cast<double>(areas[t][id]) > least;
        clip.valid[k].fill_(true);
        clip.visible.select(1, k).copy_(visible);
        if (!visible.any().item<bool>())
            continue;
        clip.start[k].fill_(draw_start(visible, prompted, first_absence(scene, id), recipe, random));
        show_marks(clip, k, recipe, random);
    }
    if (recipe.marks.jitter && count > 1 && random.chance(recipe.marks.foreign))
        add_foreign_mark(clip, count, recipe.marks, random);
    clip.slots = at::tensor(random.permutation(recipe.id_vectors, recipe.objects), at::kLong);
    const auto strongest = clip.kinds[0].max().item<std::int64_t>();
    const bool rereads = random.chance(recipe.prompts.reread);
    clip.rereads = strongest > static_cast<std::int64_t>(MarkKind::kMask) ||
                   (strongest == static_cast<std::int64_t>(MarkKind::kMask) && rereads);
    return clip;
}

}  // namespace ausm::train
