// SPDX-License-Identifier: MIT
// An occluder hides what fits into the largest circle inside of it, centred on its deepest point.
#include "train/synthesis/occlusion.h"

#include "train/synthesis/prompt_marks.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace ausm::train {
namespace {

constexpr std::int64_t kAround = 2;       // frames before and after an absence
constexpr int kTries = 4;                 // occluders that are tried
constexpr double kLargestOccluder = 1.3;  // of the frame's height
constexpr double kLargestHidden = 0.3;    // radius of a hidden object, of the frame's height
constexpr Range kSpare{1.15, 1.5};        // radius of the occluder's circle relative to the object's
constexpr Range kFreshSize{0.12, 0.25};   // of an object that is added in order to be hidden
constexpr int kInside = 127;

/// Where an instance is in one frame: a circle around all of its pixels.
struct Circle {
    Place centre;
    double radius = 0;
    std::int64_t area = 0;
};

Circle circle_around(const at::Tensor& ids, std::uint8_t id, const InstanceBox& box) {
    Circle circle{
        {static_cast<double>(box.left + box.right - 1) / 2, static_cast<double>(box.top + box.bottom - 1) / 2},
        0,
        box.area};
    const auto* const values = ids.const_data_ptr<std::uint8_t>();
    double farthest = 0;
    for (auto y = box.top; y < box.bottom; ++y)
        for (auto x = box.left; x < box.right; ++x)
            if (values[y * ids.size(1) + x] == id) {
                const double dx = static_cast<double>(x) - circle.centre.x,
                             dy = static_cast<double>(y) - circle.centre.y;
                farthest = std::max(farthest, dx * dx + dy * dy);
            }
    circle.radius = std::sqrt(farthest) + 1;
    return circle;
}

/// Circles of one instance, frame by frame.
struct Target {
    std::uint8_t id = 0;
    std::vector<Circle> circles;

    /// In the frames of an absence.
    [[nodiscard]] double radius(const Absence& absence) const {
        double most = 0;
        for (auto t = absence.first; t < absence.first + absence.count; ++t)
            most = std::max(most, circles[static_cast<std::size_t>(t)].radius);
        return most;
    }
};

double pixels(double share, const Scene& scene) { return share * static_cast<double>(scene.ids[0].numel()); }

/// Instances that are objects in every frame and small enough to be hidden.
std::vector<Target> hideable(const Scene& scene, const ClipRecipe& recipe) {
    std::vector<std::vector<InstanceBox>> boxes;
    for (std::int64_t t = 0; t < scene.ids.size(0); ++t)
        boxes.push_back(instance_boxes(scene.ids[t]));
    const double least = pixels(recipe.truth.least_object, scene);
    const double largest = kLargestHidden * static_cast<double>(recipe.height);
    std::vector<Target> targets;
    for (int id = data::kBackground + 1; id <= scene.instances; ++id) {
        Target target{static_cast<std::uint8_t>(id), {}};
        for (std::size_t t = 0; t < boxes.size(); ++t) {
            const auto& box = boxes[t][static_cast<std::size_t>(id)];
            if (static_cast<double>(box.area) <= least || static_cast<double>(box.bottom - box.top) > 2 * largest)
                break;
            target.circles.push_back(circle_around(scene.ids[static_cast<std::int64_t>(t)], target.id, box));
            if (target.circles.back().radius > largest)
                break;
        }
        if (target.circles.size() == boxes.size() && target.circles.back().radius <= largest)
            targets.push_back(std::move(target));
    }
    return targets;
}

/// A cut-out with the largest circle inside of it.
struct Occluder {
    CutOut cut;
    Place deepest;
    double radius = 0;  ///< of the circle
    double reach = 0;   ///< from there to the farthest corner
    double size = 0;
};

std::optional<Occluder> draw_occluder(const Pool& pool, Random& random) {
    auto cut = pool.draw_cut_out(random);
    if (!cut)
        return std::nullopt;
    const auto depth = depth_inside(cut->alpha.gt(kInside));
    const auto best = depth.argmax().item<std::int64_t>();
    const auto w = depth.size(1), h = depth.size(0);
    Occluder occluder;
    occluder.deepest = {static_cast<double>(best % w), static_cast<double>(best / w)};
    occluder.radius = std::max(0.5, depth.max().item<double>() - 1);
    const double dx = std::max(occluder.deepest.x, static_cast<double>(w) - occluder.deepest.x);
    const double dy = std::max(occluder.deepest.y, static_cast<double>(h) - occluder.deepest.y);
    occluder.reach = std::hypot(dx, dy);
    occluder.size = static_cast<double>(std::max(h, w));
    occluder.cut = std::move(*cut);
    return occluder;
}

/// Frames from t to the absence; below 0 before it, above 0 after it, 0 in it.
std::int64_t frames_from(const Absence& absence, std::int64_t t) {
    return t < absence.first ? t - absence.first : std::max<std::int64_t>(0, t - absence.first - absence.count + 1);
}

/// The occluder's deepest point crosses the object: slowly while it hides it, fast before and after.
std::vector<Affine> crossing(const Occluder& occluder, double scale, const Target& target, const Absence& absence,
                             const ClipRecipe& recipe, Random& random) {
    const double hidden = target.radius(absence), slack = std::max(0., occluder.radius * scale - hidden) * 0.8;
    const double clear = occluder.reach * scale + hidden;
    const double step = clear / static_cast<double>(random.whole({1, kAround}));
    const double direction = random.angle();
    const double tilt = random.normal(recipe.pasted.tilt);
    const bool flip = random.chance(recipe.pasted.flip);
    std::vector<Affine> maps;
    for (std::int64_t t = 0; t < recipe.frames; ++t) {
        const double along =
            absence.count > 1 ? 2 * static_cast<double>(t - absence.first) / static_cast<double>(absence.count - 1) - 1
                              : 0;
        const double offset = std::clamp(along, -1., 1.) * slack + static_cast<double>(frames_from(absence, t)) * step;
        const auto& centre = target.circles[static_cast<std::size_t>(t)].centre;
        maps.push_back(similarity(occluder.deepest,
                                  {centre.x + offset * std::cos(direction), centre.y + offset * std::sin(direction)},
                                  tilt, scale, flip));
    }
    return maps;
}

/// Records it if the labels say that the object is hidden in all of these frames, and there before and after.
void confirm(Scene& scene, const Absence& absence, const ClipRecipe& recipe) {
    const double visible = pixels(recipe.truth.visible, scene), object = pixels(recipe.truth.least_object, scene);
    bool before = false, after = false;
    for (std::int64_t t = 0; t < scene.ids.size(0); ++t) {
        const auto area = static_cast<double>(instance_boxes(scene.ids[t])[absence.id].area);
        const auto side = frames_from(absence, t);
        if (side == 0 && area > visible)
            return;
        before = before || (side < 0 && area > object);
        after = after || (side > 0 && area > object);
    }
    if (before && after)
        scene.absences.push_back(absence);
}

bool cover(Scene& scene, const Target& target, Absence absence, const Pool& pool, const ClipRecipe& recipe,
           Random& random) {
    for (int i = 0; i < kTries; ++i) {
        const auto occluder = draw_occluder(pool, random);
        if (!occluder)
            return false;
        const double scale = target.radius(absence) * random.uniform(kSpare) / occluder->radius;
        if (scale * occluder->size > kLargestOccluder * static_cast<double>(recipe.height))
            continue;
        auto pasted = dress(occluder->cut, crossing(*occluder, scale, target, absence, recipe, random), recipe, random);
        pasted.wobble.reset();  // the circle must stay one
        if (paste(scene, pasted) == 0)
            return false;
        absence.id = target.id;
        confirm(scene, absence, recipe);
        return true;
    }
    return false;
}

/// Something small in the middle of the frame.
void add_small_object(Scene& scene, const Pool& pool, const ClipRecipe& recipe, Random& random) {
    auto cut = pool.draw_cut_out(random);
    if (!cut)
        return;
    const auto what = sized(std::move(*cut), static_cast<double>(recipe.height) * random.uniform(kFreshSize));
    Place where;
    where.x = static_cast<double>(recipe.width) * random.uniform(0.3, 0.7);
    where.y = static_cast<double>(recipe.height) * random.uniform(0.3, 0.7);
    const bool flip = random.chance(recipe.pasted.flip);
    auto maps = drift(what, where, flip, recipe, random);
    paste(scene, dress(what.cut, std::move(maps), recipe, random));
}

void add_occlusion(Scene& scene, const Absence& absence, const Pool& pool, const ClipRecipe& recipe, Random& random) {
    auto targets = hideable(scene, recipe);
    if (!targets.empty() && cover(scene, random.choice(targets), absence, pool, recipe, random))
        return;
    add_small_object(scene, pool, recipe, random);
    targets = hideable(scene, recipe);
    if (!targets.empty())
        cover(scene, targets.back(), absence, pool, recipe, random);
}

/// Moves from inside over one of the borders, stays there, and comes back.
std::vector<Affine> excursion(const Sized& what, const Absence& absence, const ClipRecipe& recipe, Random& random) {
    const double width = static_cast<double>(recipe.width), height = static_cast<double>(recipe.height);
    const double reach = 0.65 * std::hypot(what.width, what.height) + 2;  // wobbling too
    Place in;
    in.x = width * random.uniform(0.15, 0.85);
    in.y = height * random.uniform(0.2, 0.8);
    const bool sideways = random.chance(0.7), low = sideways ? in.x < width / 2 : in.y < height / 2;
    const double out = low ? -reach : (sideways ? width : height) + reach;
    const double frames = static_cast<double>(random.whole({1, kAround}));
    const double speed = 0.02 * width * recipe.speed * random_speed(recipe.pasted.speed_sigma, 0, random);
    const auto along = smooth_path(recipe.frames, speed * random.sign(), recipe.path, random);
    const auto turn = smooth_path(recipe.frames, random.normal(recipe.pasted.turn), recipe.path, random);
    const double tilt = random.normal(recipe.pasted.tilt);
    const bool flip = random.chance(recipe.pasted.flip);
    const Place centre{static_cast<double>(what.cut.alpha.size(1)) / 2,
                       static_cast<double>(what.cut.alpha.size(0)) / 2};
    std::vector<Affine> maps;
    for (std::size_t t = 0; t < along.size(); ++t) {
        const auto away = static_cast<double>(std::abs(frames_from(absence, static_cast<std::int64_t>(t))));
        const double share = std::max(0., 1 - away / frames);
        auto to = in;
        (sideways ? to.x : to.y) += share * (out - (sideways ? in.x : in.y));
        (sideways ? to.y : to.x) += along[t];
        maps.push_back(similarity(centre, to, turn[t] + tilt, what.scale, flip));
    }
    return maps;
}

void add_leaving(Scene& scene, Absence absence, const Pool& pool, const ClipRecipe& recipe, Random& random) {
    auto cut = pool.draw_cut_out(random);
    if (!cut)
        return;
    const auto what =
        sized(std::move(*cut), static_cast<double>(recipe.height) * random.uniform(recipe.occlusion.size));
    auto maps = excursion(what, absence, recipe, random);
    absence.id = paste(scene, dress(what.cut, std::move(maps), recipe, random));
    if (absence.id != 0)
        confirm(scene, absence, recipe);
}

}  // namespace

Absence draw_absence(const ClipRecipe& recipe, Random& random) {
    const auto& hidden = recipe.occlusion.hidden;
    const auto most = recipe.frames - 2 * kAround;
    Absence absence;
    absence.count = std::min(random.whole(hidden), most);
    absence.first = kAround + random.below(most - absence.count + 1);
    return absence;
}

void add_absence(Scene& scene, const Pool& pool, const ClipRecipe& recipe, Random& random) {
    const auto absence = draw_absence(recipe, random);
    if (random.chance(recipe.occlusion.leave))
        add_leaving(scene, absence, pool, recipe, random);
    else
        add_occlusion(scene, absence, pool, recipe, random);
}

}  // namespace ausm::train
