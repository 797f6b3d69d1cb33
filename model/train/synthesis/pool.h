// SPDX-License-Identifier: MIT
// Where clips take their pictures from: data sets by role, with a cache of decoded pictures.
#pragma once

#include "data/dataset.h"
#include "train/synthesis/clip_recipe.h"
#include "train/synthesis/image_ops.h"
#include "train/synthesis/picture_cache.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace ausm::train {

/// What a data set is good for.
enum class Role {
    kPicture,     ///< instances labelled: a camera moves over it
    kSingle,      ///< the same with one instance, or only some labelled
    kUnlabelled,  ///< backgrounds
    kVideo,
};

/// How a data set is used.
struct PoolEntry {
    std::shared_ptr<const data::Dataset> data;
    Role role = Role::kPicture;
    bool complete = false;  ///< everything in it is labelled; of a background: there is nothing to label
    bool cut_outs = false;  ///< its instances may be pasted elsewhere
    double weight = 1;      ///< the probability of each of its sequences, relative to those of the same role
    double join = 0;        ///< of a video: the share of its clips in which all instances are one object
};

/// Where an instance is in a label map; rows and columns half-open.
struct InstanceBox {
    std::int64_t area = 0, top = 0, bottom = 0, left = 0, right = 0;
};
/// ids [h, w] uint8 -> the box of each of the 256 values.
[[nodiscard]] std::vector<InstanceBox> instance_boxes(const at::Tensor& ids);

/// Something that can be pasted.
struct CutOut {
    at::Tensor rgb;    ///< [h, w, 3] uint8
    at::Tensor alpha;  ///< [h, w] uint8
    Role role = Role::kPicture;
    bool drawn = false;  ///< a sprite: its alpha channel is its own
};

/// Thread-safe once filled.
class Pool {
public:
    struct Pick {
        std::size_t entry = 0, sequence = 0;
    };

    explicit Pool(const ClipRecipe& recipe);

    /// Throws c10::Error for a weight that is not above 0. Data sets without sequences are left out.
    void add(PoolEntry entry);
    void add_sprites(const std::vector<data::Sprite>& sprites);

    [[nodiscard]] bool has(Role role) const { return by_role_.contains(role); }
    [[nodiscard]] const PoolEntry& entry(const Pick& pick) const { return entries_[pick.entry]; }
    [[nodiscard]] std::size_t frames(const Pick& pick) const;
    /// Of this role; there must be one.
    [[nodiscard]] Pick draw(Role role, Random& random) const;
    /// With the short side of the recipe or less. Throws what the data set's read() throws.
    [[nodiscard]] PictureTensors read(const Pick& pick, std::size_t frame) const;
    /// A sprite, or an instance cut out of a picture of the role that is drawn (kSingle stands for all other roles but
    /// kPicture). None when there is nothing, or when none of several pictures has an instance that fits.
    [[nodiscard]] std::optional<CutOut> draw_cut_out(Random& random) const;

private:
    struct Instance {
        std::size_t id;
        InstanceBox box;
    };
    using Instances = std::shared_ptr<const std::vector<Instance>>;

    [[nodiscard]] Pick draw_among(const std::vector<std::size_t>& entries, Random& random) const;
    [[nodiscard]] std::optional<CutOut> cut_instance(const std::vector<std::size_t>& entries, Random& random) const;
    [[nodiscard]] Instances instances(const Pick& pick, std::size_t frame) const;
    [[nodiscard]] std::vector<Instance> find_instances(const at::Tensor& ids) const;

    std::int64_t short_side_;
    CutOutRecipe cut_rules_;
    PasteRecipe shares_;
    std::vector<PoolEntry> entries_;
    std::map<Role, std::vector<std::size_t>> by_role_;
    std::vector<std::size_t> picture_cuts_, other_cuts_;  // entries
    std::vector<CutOut> sprites_;
    mutable PictureCache cache_;
    mutable std::mutex mutex_;  // guards found_
    mutable std::map<PictureKey, Instances> found_;
};

}  // namespace ausm::train
