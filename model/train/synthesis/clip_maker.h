// SPDX-License-Identifier: MIT
// Makes training clips from still pictures, cut-outs and videos.
#pragma once

#include "train/clip.h"
#include "train/synthesis/pool.h"
#include "train/synthesis/scene.h"

#include <cstdint>
#include <memory>

namespace ausm::train {

/// Thread-safe.
class ClipMaker {
public:
    /// Throws c10::Error when the pool has nothing to begin a clip with (no picture, background or video).
    ClipMaker(ClipRecipe recipe, std::shared_ptr<const Pool> pool);

    /// Depends on the recipe, the pool's data and `index` alone. No gradient is recorded; runs on the calling thread's
    /// share of OpenMP. Throws what reading the data throws.
    [[nodiscard]] Clip make(std::uint64_t index) const;
    /// The same clip before anything is chosen as truth: the pictures that make() gives, with all labels in full size.
    [[nodiscard]] Scene scene(std::uint64_t index) const;

    [[nodiscard]] const ClipRecipe& recipe() const { return recipe_; }

private:
    [[nodiscard]] Scene draw_scene(Random& random) const;

    ClipRecipe recipe_;
    std::shared_ptr<const Pool> pool_;
};

}  // namespace ausm::train
