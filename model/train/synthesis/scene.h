// SPDX-License-Identifier: MIT
// A clip while it is being made: pictures with instance ids, before anything is chosen as truth.
#pragma once

#include "data/dataset.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ausm::train {

/// An instance that is away for a while and comes back.
struct Absence {
    std::uint8_t id = 0;
    std::int64_t first = 0, count = 0;  ///< frames without it
};

struct Scene {
    at::Tensor frames;      ///< [T, H, W, 3] uint8, RGB
    at::Tensor ids;         ///< [T, H, W] uint8, as in data::LabelledPicture
    int instances = 0;      ///< the highest id in use
    bool complete = false;  ///< everything that should be found is labelled
    std::vector<Absence> absences;

    /// The next free id; 0 when all are in use.
    [[nodiscard]] std::uint8_t new_id() {
        return instances + 1 < data::kIgnored ? static_cast<std::uint8_t>(++instances) : std::uint8_t{0};
    }
};

}  // namespace ausm::train
