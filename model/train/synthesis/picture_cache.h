// SPDX-License-Identifier: MIT
// Decoded pictures, the ones used longest ago thrown out first.
#pragma once

#include "train/picture_tensors.h"

#include <array>
#include <list>
#include <map>
#include <mutex>
#include <optional>

namespace ausm::train {

/// Entry, sequence, frame.
using PictureKey = std::array<std::size_t, 3>;

/// Thread-safe.
class PictureCache {
public:
    explicit PictureCache(std::size_t bytes) : budget_(bytes) {}

    [[nodiscard]] std::optional<PictureTensors> find(const PictureKey& key);
    /// Keeps it unless it is larger than the whole budget.
    void insert(const PictureKey& key, const PictureTensors& picture);
    [[nodiscard]] std::size_t bytes() const;

private:
    struct Item {
        PictureKey key;
        PictureTensors picture;
        std::size_t bytes;
    };

    const std::size_t budget_;
    mutable std::mutex mutex_;  // guards everything below
    std::size_t bytes_ = 0;
    std::list<Item> items_;  // used last first
    std::map<PictureKey, std::list<Item>::iterator> index_;
};

}  // namespace ausm::train
