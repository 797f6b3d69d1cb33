// SPDX-License-Identifier: MIT
// One picture or sprite made small.
#pragma once

#include "data/dataset.h"
#include "train/packs/pack_file.h"

namespace ausm::train {

/// Shrinks to a short side of at most `short_side` pixels (colours averaged over what falls together, ids those of the
/// nearest pixel) and compresses with JPEG's `quality`, colours at half the size.
[[nodiscard]] PackedFrame pack_frame(const data::LabelledPicture& picture, int short_side, int quality);

/// The same with colours at full size, and alpha, in 16 levels, in place of ids. What is wholly transparent gets the
/// drawing's mean colour: it costs least, and keeps JPEG's errors near the edge small.
[[nodiscard]] PackedFrame pack_sprite(const data::Sprite& sprite, int short_side, int quality);

}  // namespace ausm::train
