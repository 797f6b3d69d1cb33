// SPDX-License-Identifier: MIT
// What every reader of a data set looks like: sequences of pictures with instance ids.
#pragma once

#include "io/picture.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace ausm::data {

/// Ids in a label map.
inline constexpr int kBackground = 0, kIgnored = 255;

struct LabelledPicture {
    io::RgbPicture rgb;
    io::IndexPicture
        ids;  ///< kBackground, 1 .. 254 instances (the same number in every frame of a sequence), kIgnored;
              ///< without values: the picture has no labels
};

/// Sequences of frames; a set of single pictures has sequences of length 1. Construction reads the index alone (and
/// throws std::runtime_error that names the file and the field at fault); pictures are read when asked for.
class Dataset {
public:
    virtual ~Dataset() = default;
    [[nodiscard]] virtual std::size_t sequences() const = 0;
    [[nodiscard]] virtual std::size_t frames(std::size_t sequence) const = 0;
    /// A name for messages and previews ("davis16_bear").
    [[nodiscard]] virtual std::string name(std::size_t sequence) const = 0;
    /// Thread-safe. Throws std::runtime_error that names the file.
    [[nodiscard]] virtual LabelledPicture read(std::size_t sequence, std::size_t frame) const = 0;
};

/// Drawings.
using Sprite = io::AlphaPicture;

}  // namespace ausm::data
