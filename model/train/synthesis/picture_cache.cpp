// SPDX-License-Identifier: MIT
// A list in the order of use and an index into it.
#include "train/synthesis/picture_cache.h"

#include <ATen/ATen.h>

namespace ausm::train {

std::optional<PictureTensors> PictureCache::find(const PictureKey& key) {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end())
        return std::nullopt;
    items_.splice(items_.begin(), items_, found->second);
    return found->second->picture;
}

void PictureCache::insert(const PictureKey& key, const PictureTensors& picture) {
    const auto bytes = picture.rgb.nbytes() + (picture.ids.defined() ? picture.ids.nbytes() : 0);
    const std::lock_guard lock(mutex_);
    if (bytes > budget_ || index_.contains(key))  // two threads may have decoded the same picture
        return;
    items_.push_front({key, picture, bytes});
    index_[key] = items_.begin();
    bytes_ += bytes;
    while (bytes_ > budget_) {
        bytes_ -= items_.back().bytes;
        index_.erase(items_.back().key);
        items_.pop_back();
    }
}

std::size_t PictureCache::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

}  // namespace ausm::train
