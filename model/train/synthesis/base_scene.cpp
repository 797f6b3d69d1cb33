// SPDX-License-Identifier: MIT
// Crops as affine maps, one a frame; pictures and labels go through the same one.
#include "train/synthesis/base_scene.h"

#include "train/synthesis/image_ops.h"
#include "train/synthesis/motion.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace ausm::train {
namespace {

constexpr double kTall = 1.2;        // width / height
constexpr std::size_t kLargest = 6;  // instances that the camera looks at

/// Where a crop of a picture lies: its centre in the picture, and the frame's pixels per picture's pixel.
struct Crop {
    Place centre;
    double scale = 1;
};

/// Somewhere in the picture; at the middle where the crop is larger than it.
Crop random_crop(double picture_width, double picture_height, double scale, const ClipRecipe& recipe, Random& random) {
    const auto middle = [&](double length, double crop) {
        return random.uniform(std::min(crop, length) / 2, std::max(length - crop / 2, length / 2));
    };
    Crop crop;
    crop.scale = scale;
    crop.centre.x = middle(picture_width, static_cast<double>(recipe.width) / scale);
    crop.centre.y = middle(picture_height, static_cast<double>(recipe.height) / scale);
    return crop;
}

/// Turns the crop to one of the largest instances, if there are any.
void look_at_instance(Crop& crop, const at::Tensor& ids, const ClipRecipe& recipe, Random& random) {
    const auto boxes = instance_boxes(ids);
    std::vector<std::size_t> there;
    for (std::size_t id = data::kBackground + 1; id < data::kIgnored; ++id)
        if (boxes[id].area > 0)
            there.push_back(id);
    if (there.empty())
        return;
    std::stable_sort(there.begin(), there.end(), [&](auto a, auto b) { return boxes[a].area > boxes[b].area; });
    there.resize(std::min(there.size(), kLargest));
    const auto& box = boxes[random.choice(there)];
    const auto towards = [&](std::int64_t from, std::int64_t to, std::int64_t length, std::int64_t target) {
        const double side = static_cast<double>(target) / crop.scale, whole = static_cast<double>(length);
        const double centre = static_cast<double>(from + to) / 2 + random.normal(recipe.camera.look_at_sigma) * side;
        return std::clamp(centre, std::min(side, whole) / 2, std::max(whole - side / 2, whole / 2));
    };
    crop.centre.x = towards(box.left, box.right, ids.size(1), recipe.width);
    crop.centre.y = towards(box.top, box.bottom, ids.size(0), recipe.height);
}

/// One map a frame; the crop is as asked in the middle of the clip.
std::vector<Affine> camera_path(const Crop& crop, const ClipRecipe& recipe, Random& random) {
    const auto& camera = recipe.camera;
    const auto frames = recipe.frames;
    const double width = static_cast<double>(recipe.width), height = static_cast<double>(recipe.height);
    const double speed = recipe.speed * random_speed(camera.speed_sigma, camera.still, random);
    const double direction = random.angle(), velocity = camera.move * width * speed;
    const auto x = smooth_path(frames, velocity * std::cos(direction), recipe.path, random);
    const auto y = smooth_path(frames, velocity * std::sin(direction), recipe.path, random);
    const auto zoom = smooth_path(frames, random.normal(camera.zoom) * speed, recipe.path, random);
    const auto turn = smooth_path(frames, random.normal(camera.turn) * speed, recipe.path, random);
    const double tilt = random.normal(camera.tilt);
    const bool flip = random.chance(camera.flip);
    const auto middle = static_cast<std::size_t>(frames / 2);
    std::vector<Affine> maps;
    for (std::size_t t = 0; t < x.size(); ++t)
        maps.push_back(similarity(crop.centre, {width / 2 + x[t] - x[middle], height / 2 + y[t] - y[middle]},
                                  turn[t] + tilt, crop.scale * std::exp(zoom[t] - zoom[middle]), flip));
    return maps;
}

Scene empty_scene(const ClipRecipe& recipe) {
    Scene scene;
    scene.frames = at::empty({recipe.frames, recipe.height, recipe.width, 3}, at::kByte);
    scene.ids = at::zeros({recipe.frames, recipe.height, recipe.width}, at::kByte);
    return scene;
}

/// Draws frame t.
void show(Scene& scene, std::int64_t t, const PictureTensors& picture, const Affine& map) {
    warp_picture(picture.rgb, map, scene.frames[t]);
    if (picture.ids.defined())
        warp_labels(picture.ids, map, scene.ids[t]);
}

/// The highest id of a label map below data::kIgnored.
int highest_id(const at::Tensor& ids) {
    const auto* const values = ids.const_data_ptr<std::uint8_t>();
    std::uint8_t highest = 0;
    for (std::int64_t i = 0; i < ids.numel(); ++i)
        highest = std::max(highest, values[i] == data::kIgnored ? std::uint8_t{0} : values[i]);
    return highest;
}

/// A rider and the horse become one object.
void join_instances(at::Tensor& ids) {
    const auto instances = ids.ne(data::kBackground).logical_and(ids.ne(data::kIgnored));
    ids.masked_fill_(instances, data::kBackground + 1);
}

}  // namespace

Scene still_scene(const Pool& pool, Role role, const ClipRecipe& recipe, Random& random) {
    const auto pick = pool.draw(role, random);
    const auto frame = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(pool.frames(pick))));
    const auto picture = pool.read(pick, frame);
    const double width = static_cast<double>(picture.rgb.size(1)), height = static_cast<double>(picture.rgb.size(0));
    const double cover = random.uniform(height < width * kTall ? recipe.camera.cover : recipe.camera.tall_cover);
    const double scale = std::max(static_cast<double>(recipe.width) / (width * cover),
                                  static_cast<double>(recipe.height) / height * recipe.camera.least_zoom);
    auto crop = random_crop(width, height, scale, recipe, random);
    const bool looks = random.chance(recipe.camera.look_at);
    if (looks && picture.ids.defined())
        look_at_instance(crop, picture.ids, recipe, random);
    const auto maps = camera_path(crop, recipe, random);

    auto scene = empty_scene(recipe);
    for (std::size_t t = 0; t < maps.size(); ++t)
        show(scene, static_cast<std::int64_t>(t), picture, maps[t]);
    scene.instances = highest_id(scene.ids);
    scene.complete = pool.entry(pick).complete;
    return scene;
}

std::vector<std::size_t> video_frames(std::int64_t count, const ClipRecipe& recipe, Random& random) {
    const auto frames = recipe.frames, steps = std::max<std::int64_t>(1, frames - 1);
    const auto& asked = recipe.video.stride;
    const auto longest = std::max<std::int64_t>(1, std::min(asked.to, (count - 1) / steps));
    const auto stride = random.whole({std::min(asked.from, longest), longest});
    const bool fits = count > (frames - 1) * stride;
    const auto begin = random.below(fits ? count - (frames - 1) * stride : count);
    const auto turn = std::max<std::int64_t>(1, 2 * (count - 1));  // frames of one way there and back
    std::vector<std::size_t> taken;
    for (std::int64_t t = 0; t < frames; ++t) {
        const auto there_and_back = std::abs((t + begin) % turn - (count - 1));
        taken.push_back(static_cast<std::size_t>(fits ? begin + t * stride : there_and_back));
    }
    if (random.chance(recipe.video.reverse))
        std::reverse(taken.begin(), taken.end());
    return taken;
}

Scene video_scene(const Pool& pool, const ClipRecipe& recipe, Random& random) {
    const auto pick = pool.draw(Role::kVideo, random);
    const auto taken = video_frames(static_cast<std::int64_t>(pool.frames(pick)), recipe, random);
    const double width = static_cast<double>(recipe.width), height = static_cast<double>(recipe.height);
    const double cover = random.uniform(recipe.video.cover);
    const bool flip = random.chance(recipe.video.flip);
    const double drift_x = random.normal(recipe.video.drift) * width;
    const double drift_y = random.normal(recipe.video.drift) * width;

    auto scene = empty_scene(recipe);
    Crop crop;
    for (std::size_t t = 0; t < taken.size(); ++t) {
        const auto picture = pool.read(pick, taken[t]);
        const double w = static_cast<double>(picture.rgb.size(1)), h = static_cast<double>(picture.rgb.size(0));
        if (t == 0)
            crop = random_crop(w, h, std::max(width / (w * cover), height / h), recipe, random);
        const double time = static_cast<double>(t) - static_cast<double>(taken.size()) / 2;
        const Place to{width / 2 + drift_x * time, height / 2 + drift_y * time};
        show(scene, static_cast<std::int64_t>(t), picture, similarity(crop.centre, to, 0, crop.scale, flip));
    }
    const double join = pool.entry(pick).join;
    if (join > 0 && random.chance(join))
        join_instances(scene.ids);
    scene.instances = highest_id(scene.ids);
    scene.complete = pool.entry(pick).complete;
    return scene;
}

}  // namespace ausm::train
