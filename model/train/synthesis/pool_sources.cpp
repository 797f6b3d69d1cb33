// SPDX-License-Identifier: MIT
// Roles by name.
#include "train/synthesis/pool_sources.h"

#include <stdexcept>

namespace ausm::train {
namespace {

Role role_of(const Source& source) {
    if (source.role == "picture")
        return Role::kPicture;
    if (source.role == "single")
        return Role::kSingle;
    if (source.role == "background")
        return Role::kUnlabelled;
    if (source.role == "video")
        return Role::kVideo;
    throw std::runtime_error("source \"" + source.name + "\": role: \"" + source.role + "\" makes no clips");
}

}  // namespace

std::shared_ptr<const Pool> open_pool(const std::vector<Source>& sources, const std::string& root,
                                      const ClipRecipe& recipe) {
    auto pool = std::make_shared<Pool>(recipe);
    for (const auto& source : sources) {
        for (auto& [opened, data, sprites] : open_source(source, root)) {
            if (data)
                pool->add(
                    {std::move(data), role_of(opened), opened.complete, opened.cut_outs, opened.weight, opened.join});
            else
                pool->add_sprites(sprites);
        }
    }
    return pool;
}

}  // namespace ausm::train
