// SPDX-License-Identifier: MIT
// Drawing from weighted sets, and cutting instances out.
#include "train/synthesis/pool.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace ausm::train {
namespace {

constexpr double kRuleSide = 288;  // short side of the pictures that the rules are for
constexpr int kTries = 20;         // pictures that are looked at for an instance to cut out

}  // namespace

std::vector<InstanceBox> instance_boxes(const at::Tensor& ids) {
    std::vector<InstanceBox> boxes(256);
    const auto h = ids.size(0), w = ids.size(1);
    const auto* values = ids.const_data_ptr<std::uint8_t>();
    for (std::int64_t y = 0; y < h; ++y, values += w) {
        for (std::int64_t x = 0; x < w;) {
            const auto begin = x;
            const auto id = values[x];
            while (x < w && values[x] == id)
                ++x;
            auto& box = boxes[id];
            if (box.area == 0)
                box = {0, y, y, begin, x};
            box.area += x - begin;
            box.bottom = y + 1;
            box.left = std::min(box.left, begin);
            box.right = std::max(box.right, x);
        }
    }
    return boxes;
}

Pool::Pool(const ClipRecipe& recipe)
    : short_side_(recipe.short_side), cut_rules_(recipe.cut_outs), shares_(recipe.pasted),
      cache_(static_cast<std::size_t>(recipe.cache_mib) << 20) {}

void Pool::add(PoolEntry entry) {
    TORCH_CHECK(entry.weight > 0, "pool: a weight must be above 0, not ", entry.weight);
    if (entry.data->sequences() == 0)
        return;
    by_role_[entry.role].push_back(entries_.size());
    if (entry.cut_outs)
        (entry.role == Role::kPicture ? picture_cuts_ : other_cuts_).push_back(entries_.size());
    entries_.push_back(std::move(entry));
}

void Pool::add_sprites(const std::vector<data::Sprite>& sprites) {
    for (const auto& sprite : sprites)
        sprites_.push_back({tensor_of(sprite.rgb), tensor_of(sprite.alpha), Role::kPicture, /*drawn=*/true});
}

std::size_t Pool::frames(const Pick& pick) const { return entries_[pick.entry].data->frames(pick.sequence); }

Pool::Pick Pool::draw(Role role, Random& random) const { return draw_among(by_role_.at(role), random); }

Pool::Pick Pool::draw_among(const std::vector<std::size_t>& entries, Random& random) const {
    std::vector<double> weights;
    for (const auto i : entries)
        weights.push_back(entries_[i].weight * static_cast<double>(entries_[i].data->sequences()));
    Pick pick;
    pick.entry = entries[random.weighted(weights)];
    const auto sequences = static_cast<std::int64_t>(entries_[pick.entry].data->sequences());
    pick.sequence = static_cast<std::size_t>(random.below(sequences));
    return pick;
}

PictureTensors Pool::read(const Pick& pick, std::size_t frame) const {
    const PictureKey key{pick.entry, pick.sequence, frame};
    if (const auto found = cache_.find(key))
        return *found;
    auto picture = tensors_of(entries_[pick.entry].data->read(pick.sequence, frame));
    const auto h = picture.rgb.size(0), w = picture.rgb.size(1), side = std::min(h, w);
    if (side > short_side_) {
        const auto shrunk = [&](std::int64_t length) { return (length * short_side_ + side / 2) / side; };
        picture.rgb = resize_smooth(picture.rgb, shrunk(h), shrunk(w));
        if (picture.ids.defined())
            picture.ids = resize_labels(picture.ids, shrunk(h), shrunk(w));
    }
    cache_.insert(key, picture);
    return picture;
}

std::optional<CutOut> Pool::draw_cut_out(Random& random) const {
    const auto share = [](double weight, bool there) { return there ? weight : 0; };
    const std::vector<double> weights{share(shares_.picture, !picture_cuts_.empty()),
                                      share(shares_.single, !other_cuts_.empty()),
                                      share(shares_.sprite, !sprites_.empty())};
    if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight <= 0; }))
        return std::nullopt;
    const auto from = random.weighted(weights);
    if (from < 2)
        return cut_instance(from == 0 ? picture_cuts_ : other_cuts_, random);
    return random.choice(sprites_);
}

std::optional<CutOut> Pool::cut_instance(const std::vector<std::size_t>& entries, Random& random) const {
    for (int i = 0; i < kTries; ++i) {
        const auto pick = draw_among(entries, random);
        const auto frame = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(frames(pick))));
        const auto found = instances(pick, frame);
        if (found->empty())
            continue;
        const auto& [id, box] = random.choice(*found);
        const auto picture = read(pick, frame);
        const auto margin = cut_rules_.margin;
        const auto crop = [&](const at::Tensor& whole) {
            return whole.slice(0, std::max<std::int64_t>(0, box.top - margin), box.bottom + margin)
                .slice(1, std::max<std::int64_t>(0, box.left - margin), box.right + margin);
        };
        const auto alpha = crop(picture.ids).eq(static_cast<std::int64_t>(id)).to(at::kByte).mul(255);
        return CutOut{crop(picture.rgb).contiguous(), alpha,
                      entries_[pick.entry].role == Role::kPicture ? Role::kPicture : Role::kSingle, false};
    }
    return std::nullopt;
}

/// Found once for each picture: most have none that fits, and those need not be decoded again.
Pool::Instances Pool::instances(const Pick& pick, std::size_t frame) const {
    const PictureKey key{pick.entry, pick.sequence, frame};
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = found_.find(key); known != found_.end())
            return known->second;
    }
    const auto ids = read(pick, frame).ids;
    auto found =
        std::make_shared<const std::vector<Instance>>(ids.defined() ? find_instances(ids) : std::vector<Instance>{});
    const std::lock_guard lock(mutex_);
    return found_.emplace(key, std::move(found)).first->second;
}

std::vector<Pool::Instance> Pool::find_instances(const at::Tensor& ids) const {
    const auto h = ids.size(0), w = ids.size(1);
    const double scale = static_cast<double>(std::min(h, w)) / kRuleSide;
    const auto boxes = instance_boxes(ids);
    std::vector<Instance> found;
    for (std::size_t id = data::kBackground + 1; id < data::kIgnored; ++id) {
        const auto& box = boxes[id];
        const auto rows = static_cast<double>(box.bottom - box.top),
                   columns = static_cast<double>(box.right - box.left);
        const auto area = static_cast<double>(box.area);
        const auto borders =
            int{box.top <= 1} + int{box.left <= 1} + int{box.bottom >= h - 1} + int{box.right >= w - 1};
        if (area > scale * scale * static_cast<double>(cut_rules_.area) &&
            std::min(rows, columns) > scale * static_cast<double>(cut_rules_.side) && borders <= cut_rules_.borders &&
            area >= cut_rules_.fill * rows * columns)
            found.push_back({id, box});
    }
    return found;
}

}  // namespace ausm::train
