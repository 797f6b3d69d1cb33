// SPDX-License-Identifier: MIT
// The recipe's fields and what each may be.
#include "train/synthesis/clip_recipe.h"

#include <array>
#include <limits>
#include <string>

namespace ausm::train {
namespace {

constexpr double kHuge = 1e6;
constexpr std::int64_t kMostFrames = 1024, kMostSide = 8192, kMostCount = 1'000'000;

/// io::JsonFields with bounds.
class Bounded {
public:
    explicit Bounded(io::JsonFields fields) : fields_(std::move(fields)) {}

    void flag(const std::string& name, bool& value) { fields_.get(name, value); }
    void seed(const std::string& name, std::uint64_t& value) { fields_.get(name, value); }
    void number(const std::string& name, double& value, double from, double to) {
        fields_.get(name, value);
        check(name, value, from, to);
    }
    void whole(const std::string& name, std::int64_t& value, std::int64_t from, std::int64_t to) {
        fields_.get(name, value);
        check(name, value, from, to);
    }
    template <class... Value>
    void probability(const std::string& name, double& value, Value&&... more) {
        number(name, value, 0, 1);
        if constexpr (sizeof...(more) > 0)
            probability(std::forward<Value>(more)...);
    }
    /// Strengths and shares: not negative.
    template <class... Value>
    void amount(const std::string& name, double& value, Value&&... more) {
        number(name, value, 0, kHuge);
        if constexpr (sizeof...(more) > 0)
            amount(std::forward<Value>(more)...);
    }
    void range(const std::string& name, Range& value, double from, double to) {
        pair<double>(name, value.from, value.to, from, to);
    }
    void range(const std::string& name, WholeRange& value, std::int64_t from, std::int64_t to) {
        pair<std::int64_t>(name, value.from, value.to, from, to);
    }
    void counts(const std::string& name, std::vector<std::int64_t>& value) {
        fields_.get(name, value);
        check_whole(name);
        if (value.empty())
            fields_.fail(name, "must not be empty");
        for (const auto count : value)
            check(name, count, std::int64_t{0}, std::int64_t{32});
    }
    template <class Part>
    void part(const std::string& name, Part& value) {
        if (!fields_.has(name))
            return;
        Bounded inner(fields_.object(name));
        read(inner, value);
        inner.finish();
    }
    [[noreturn]] void fail(const std::string& name, const std::string& what) const { fields_.fail(name, what); }
    void finish() const { fields_.finish(); }

private:
    template <class T>
    void check(const std::string& name, T value, T from, T to) const {
        if (!(value >= from && value <= to))
            fields_.fail(name, "must be from " + text(from) + " to " + text(to) + ", not " + text(value));
    }
    template <class T>
    void pair(const std::string& name, T& low, T& high, T from, T to) {
        std::array<T, 2> values{low, high};
        fields_.get(name, values);
        if (fields_.has(name) && fields_.at(name).size() != 2)
            fields_.fail(name, "must be [from, to]");
        if constexpr (std::is_integral_v<T>)
            check_whole(name);
        check(name, values[0], from, to);
        check(name, values[1], from, to);
        if (values[0] > values[1])
            fields_.fail(name, "must be [from, to] with from <= to");
        low = values[0];
        high = values[1];
    }
    /// nlohmann-json turns 1.5 into the int 1.
    void check_whole(const std::string& name) {
        if (!fields_.has(name))
            return;
        for (const auto& value : fields_.at(name))
            if (!value.is_number_integer())
                fields_.fail(name, "must have whole numbers");
    }
    template <class T>
    static std::string text(T value) {
        return nlohmann::json(value).dump();
    }

    io::JsonFields fields_;
};

void read(Bounded& fields, PathRecipe& r) {
    fields.amount("acceleration", r.acceleration, "jitter", r.jitter);
    fields.probability("turn", r.turn);
}

void read(Bounded& fields, MixRecipe& r) {
    fields.probability("video", r.video);
    fields.amount("picture", r.picture, "single", r.single, "background", r.background);
}

void read(Bounded& fields, CameraRecipe& r) {
    fields.range("cover", r.cover, 0.05, 4);
    fields.range("tall_cover", r.tall_cover, 0.05, 4);
    fields.number("least_zoom", r.least_zoom, 0.1, 4);
    fields.probability("look_at", r.look_at, "still", r.still, "flip", r.flip);
    fields.amount("look_at_sigma", r.look_at_sigma, "speed_sigma", r.speed_sigma, "move", r.move, "zoom", r.zoom,
                  "turn", r.turn, "tilt", r.tilt);
}

void read(Bounded& fields, VideoRecipe& r) {
    fields.range("stride", r.stride, 1, kMostFrames);
    fields.probability("reverse", r.reverse, "flip", r.flip);
    fields.range("cover", r.cover, 0.05, 4);
    fields.amount("drift", r.drift);
}

void read(Bounded& fields, CutOutRecipe& r) {
    fields.whole("area", r.area, 0, kMostCount);
    fields.whole("side", r.side, 1, kMostSide);
    fields.whole("borders", r.borders, 0, 4);
    fields.probability("fill", r.fill);
    fields.whole("margin", r.margin, 0, kMostSide);
}

void read(Bounded& fields, PasteRecipe& r) {
    fields.counts("on_picture", r.on_picture);
    fields.counts("on_single", r.on_single);
    fields.counts("on_background", r.on_background);
    fields.counts("on_video", r.on_video);
    fields.amount("picture", r.picture, "single", r.single, "sprite", r.sprite);
    fields.number("least", r.least, 0.01, 4);
    fields.number("most", r.most, r.least, 4);
    fields.number("most_single", r.most_single, r.least, 4);
    fields.probability("outside", r.outside, "still", r.still, "flip", r.flip, "wobble", r.wobble);
    fields.range("move", r.move, 0, 4);
    fields.amount("speed_sigma", r.speed_sigma, "vertical", r.vertical, "zoom", r.zoom, "turn", r.turn, "tilt", r.tilt,
                  "colour", r.colour);
    fields.range("wobble_size", r.wobble_size, 0, 1);
    fields.range("wobble_speed", r.wobble_speed, 0, 10);
    fields.range("wobble_grid", r.wobble_grid, 2, 16);
}

void read(Bounded& fields, CopyRecipe& r) {
    fields.probability("probability", r.probability);
    fields.range("count", r.count, 2, 32);
    fields.range("size", r.size, 0.01, 4);
    fields.probability("cross", r.cross);
}

void read(Bounded& fields, OcclusionRecipe& r) {
    fields.probability("probability", r.probability, "leave", r.leave);
    fields.whole("least_frames", r.least_frames, 6, kMostFrames);
    fields.range("hidden", r.hidden, 1, kMostFrames);
    fields.range("size", r.size, 0.01, 1);
}

void read(Bounded& fields, PhotometricRecipe& r) {
    fields.amount("contrast", r.contrast, "brightness", r.brightness, "gain", r.gain, "saturation", r.saturation,
                  "flicker", r.flicker);
    fields.probability("blur", r.blur, "motion_blur", r.motion_blur, "compression", r.compression);
    if (r.blur + r.motion_blur + r.compression > 1)
        fields.fail("blur", "blur, motion_blur and compression must not be above 1 together");
    fields.range("blur_radius", r.blur_radius, 1, 15);
    fields.probability("horizontal", r.horizontal);
    fields.range("quality", r.quality, 1, 100);
    fields.probability("noise", r.noise);
    fields.range("noise_sigma", r.noise_sigma, 0, 255);
}

void read(Bounded& fields, TruthRecipe& r) {
    fields.probability("least_object", r.least_object, "visible", r.visible, "overflow", r.overflow, "ignored",
                       r.ignored, "never", r.never);
}

void read(Bounded& fields, PromptRecipe& r) {
    fields.probability("clip", r.clip, "object", r.object, "other_than_mask", r.other_than_mask, "core", r.core,
                       "reread", r.reread);
    fields.whole("least_cells", r.least_cells, 1, kMostCount);
    fields.amount("box", r.box, "point", r.point, "scribble", r.scribble, "box_sigma", r.box_sigma, "radius", r.radius,
                  "least_radius", r.least_radius);
    if (r.box + r.point + r.scribble <= 0)
        fields.fail("box", "box, point and scribble must not all be 0");
    fields.range("strokes", r.strokes, 1, 100);
}

void read(Bounded& fields, MarkRecipe& r) {
    fields.flag("jitter", r.jitter);
    fields.probability("drop", r.drop, "shift", r.shift, "soften", r.soften, "holes", r.holes, "leaks", r.leaks, "hide",
                       r.hide, "foreign", r.foreign);
    fields.number("shift_scale", r.shift_scale, 0, 0.2);
    fields.amount("shift_move", r.shift_move, "soften_gain", r.soften_gain, "holes_gain", r.holes_gain, "leaks_level",
                  r.leaks_level, "leaks_gain", r.leaks_gain);
    fields.range("soften_radius", r.soften_radius, 1, 15);
    fields.range("soften_level", r.soften_level, 0, 1);
    fields.whole("leaks_radius", r.leaks_radius, 1, 15);
    fields.range("hide_frames", r.hide_frames, 1, kMostFrames);
    fields.range("foreign_strength", r.foreign_strength, 0, 1);
}

void read(Bounded& fields, AnchorRecipe& r) {
    fields.probability("probability", r.probability, "prompt", r.prompt, "first", r.first, "truth", r.truth);
}

void read_size(Bounded& fields, ClipRecipe& r) {
    fields.whole("frames", r.frames, 1, kMostFrames);
    fields.whole("height", r.height, 64, kMostSide);
    fields.whole("width", r.width, 64, kMostSide);
    for (const auto& [name, side] : {std::pair{"height", r.height}, {"width", r.width}})
        if (side % 32 != 0)
            fields.fail(name, "must be a multiple of 32");
    fields.whole("objects", r.objects, 1, 200);
    fields.whole("id_vectors", r.id_vectors, r.objects, kMostCount);
}

}  // namespace

ClipRecipe read_clip_recipe(io::JsonFields json) {
    Bounded fields(std::move(json));
    ClipRecipe r;
    read_size(fields, r);
    fields.seed("seed", r.seed);
    fields.whole("short_side", r.short_side, 32, kMostSide);
    fields.whole("cache_mib", r.cache_mib, 0, kMostCount);
    fields.amount("speed", r.speed);
    fields.part("path", r.path);
    fields.part("mix", r.mix);
    fields.part("camera", r.camera);
    fields.part("video", r.video);
    fields.part("cut_outs", r.cut_outs);
    fields.part("overlays", r.pasted);
    fields.part("copies", r.copies);
    fields.part("occlusion", r.occlusion);
    fields.part("photometric", r.photometric);
    fields.part("truth", r.truth);
    fields.part("prompts", r.prompts);
    fields.part("marks", r.marks);
    fields.part("anchor", r.anchor);
    fields.finish();
    return r;
}

}  // namespace ausm::train
