// SPDX-License-Identifier: MIT
// Data sets in memory: squares on noise, whose colour tells their id.
#pragma once

#include "train/synthesis/pool.h"

#include <ATen/ATen.h>

#include <functional>
#include <memory>
#include <string>

namespace ausm::train::test {

using Drawing = std::function<PictureTensors(std::size_t sequence, std::size_t frame)>;

class DrawnData : public data::Dataset {
public:
    DrawnData(std::size_t sequences, std::size_t frames, Drawing drawing)
        : sequences_(sequences), frames_(frames), drawing_(std::move(drawing)) {}
    [[nodiscard]] std::size_t sequences() const override { return sequences_; }
    [[nodiscard]] std::size_t frames(std::size_t) const override { return frames_; }
    [[nodiscard]] std::string name(std::size_t sequence) const override { return std::to_string(sequence); }
    [[nodiscard]] data::LabelledPicture read(std::size_t sequence, std::size_t frame) const override {
        return picture_of(drawing_(sequence, frame));
    }

private:
    std::size_t sequences_, frames_;
    Drawing drawing_;
};

/// The grey level of a picture's background, and of the red channel of instance `id`.
inline constexpr int kGrey = 20;
inline int level_of(int id) { return 80 + 50 * id; }

/// h x w, `count` instances: squares of `side` pixels, the i-th at (i + 1) / (count + 1) of the width, moved by `shift`.
inline PictureTensors squares(std::int64_t h, std::int64_t w, int count, std::int64_t side, std::int64_t shift = 0) {
    PictureTensors picture{at::full({h, w, 3}, kGrey, at::kByte), at::zeros({h, w}, at::kByte)};
    for (int i = 0; i < count; ++i) {
        const auto left = w * (i + 1) / (count + 1) - side / 2 + shift, top = h / 2 - side / 2;
        picture.ids.slice(0, top, top + side).slice(1, left, left + side).fill_(i + 1);
        picture.rgb.slice(0, top, top + side).slice(1, left, left + side).select(2, 0).fill_(level_of(i + 1));
    }
    return picture;
}

inline std::shared_ptr<const data::Dataset> drawn(std::size_t sequences, std::size_t frames, Drawing drawing) {
    return std::make_shared<DrawnData>(sequences, frames, std::move(drawing));
}

/// Pictures with three squares, backgrounds of noise, a video of 12 frames, round sprites.
inline std::shared_ptr<Pool> drawn_pool(const ClipRecipe& recipe) {
    auto pool = std::make_shared<Pool>(recipe);
    pool->add(
        {drawn(4, 1, [](auto sequence, auto) { return squares(100, 160, 3, 30 + 2 * static_cast<int>(sequence)); }),
         Role::kPicture, true, true, 1});
    pool->add({drawn(3, 1, [](auto, auto) { return squares(120, 150, 1, 60); }), Role::kSingle, false, true, 1});
    pool->add({drawn(2, 1,
                     [](auto sequence, auto) {
                         const auto row = at::arange(160).add(static_cast<std::int64_t>(sequence) * 7).mul(53);
                         return PictureTensors{
                             row.remainder(200).to(at::kByte).view({1, 160, 1}).expand({100, 160, 3}).contiguous(), {}};
                     }),
               Role::kUnlabelled, true, false, 1});
    pool->add(
        {drawn(2, 12, [](auto, auto frame) { return squares(96, 160, 2, 24, 2 * static_cast<std::int64_t>(frame)); }),
         Role::kVideo, false, false, 1});
    const auto centred = at::arange(40).sub(20).pow(2);
    const auto disk = (centred.view({40, 1}) + centred).lt(380).to(at::kByte).mul(255);
    pool->add_sprites({{rgb_of(at::full({40, 40, 3}, 200, at::kByte)), index_of(disk)}});
    return pool;
}

/// Small and quick; with everything that the defaults have.
inline ClipRecipe small_recipe() {
    ClipRecipe recipe;
    recipe.height = 64;
    recipe.width = 96;
    recipe.cut_outs.area = 400;
    recipe.cut_outs.side = 15;
    return recipe;
}

}  // namespace ausm::train::test
