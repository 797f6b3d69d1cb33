// SPDX-License-Identifier: MIT
// Nothing of what an effect hides reaches its output. Two pictures that differ in hidden samples alone, and in the squares of
// blur and pixelate have the same samples in another order, must leave the element as the same bytes.
#include "effect_reference.h"

#include "gst/png_file.h"
#include "gst/temporary_folder.h"

#include <array>
#include <random>

using namespace ausm::test;

namespace {

using Random = std::minstd_rand;

int pick(Random& random, int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }

/// Patches of some objects, and of the value 9, which no object has.
ausm::Result random_map(Random& random, int width, int height) {
    ausm::Result result = blobs(width, height);
    std::fill(result.map.begin(), result.map.end(), guint8{0});
    const std::array<guint8, 4> values{1, 2, 3, 9};
    for (int patch = pick(random, 5); patch >= 0; --patch) {
        const int left = pick(random, width), top = pick(random, height);
        const int right = left + pick(random, width - left), bottom = top + pick(random, height - top);
        const guint8 value = values[static_cast<std::size_t>(pick(random, 4))];
        for (int y = top; y <= bottom; ++y)
            for (int x = left; x <= right; ++x)
                result.map[static_cast<std::size_t>(y * width + x)] = value;
    }
    return result;
}

/// Its planes may be larger then.
void make_interlaced(GstVideoInfo& info) {
    const GstVideoInfo before = info;
    gst_video_info_set_interlaced_format(&info, GST_VIDEO_INFO_FORMAT(&info), GST_VIDEO_INTERLACE_MODE_INTERLEAVED,
                                         static_cast<guint>(info.width), static_cast<guint>(info.height));
    info.fps_n = before.fps_n;
    info.fps_d = before.fps_d;
    info.colorimetry = before.colorimetry;
}

/// What is done to a picture, and how.
struct Scene {
    GstVideoInfo info{};
    std::string effect;
    bool on_background = false;
    int block = 8;
    ausm::Result map;

    [[nodiscard]] bool hides(int x, int y) const {
        return covers(map, info, x, y,
                      [&](int value) { return on_background ? value == 0 || value == 9 : value != 0; });
    }
    /// The rows of the picture that a row of samples belongs to: in an interlaced one to every second row.
    [[nodiscard]] bool hides_sample(const Component& component, int x, int y) const {
        bool hidden = false;
        if (component.down == 2 && GST_VIDEO_INFO_IS_INTERLACED(&info)) {
            for (int row = y / 2 * 4 + y % 2; row < std::min(y / 2 * 4 + 4, info.height); row += 2)
                for (int column = 2 * x; column < std::min(2 * x + 2, info.width); ++column)
                    hidden |= hides(column, row);
            return hidden;
        }
        component.each_pixel(x, y, info, [&](int column, int row) { hidden |= hides(column, row); });
        return hidden;
    }
};

/// Other samples where the scene hides them. Their means stay if the effect shows means.
void change_hidden(const Buffer& buffer, const Scene& scene, Random& random) {
    const Mapped mapped(buffer, scene.info);
    for (const Component& component : mapped.components) {
        const int wide = scene.block / component.across, high = scene.block / component.down;
        const int columns = std::max(component.width / wide, 1), rows = std::max(component.height / high, 1);
        std::vector<std::vector<std::pair<int, int>>> hidden(static_cast<std::size_t>(columns * rows));
        for (int y = 0; y < component.height; ++y)
            for (int x = 0; x < component.width; ++x)
                if (scene.hides_sample(component, x, y)) {
                    const int column = std::min(x / wide, columns - 1), row = std::min(y / high, rows - 1);
                    hidden[static_cast<std::size_t>(row * columns + column)].emplace_back(x, y);
                }
        const bool means = scene.effect == "blur" || scene.effect == "pixelate";
        for (const auto& places : hidden)
            for (const auto& [x, y] : places) {
                const auto& [other_x, other_y] = places[static_cast<std::size_t>(pick(random, int(places.size())))];
                const int here = component.get(x, y), there = component.get(other_x, other_y);
                component.set(x, y, means ? there : pick(random, 256 * component.unit));
                if (means)
                    component.set(other_x, other_y, here);
            }
    }
}

class Leak : public testing::TestWithParam<std::tuple<const char*, const char*>> {
protected:
    void SetUp() override {
        std::vector<std::vector<std::uint8_t>> rows(6, std::vector<std::uint8_t>(3 * 8, 90));
        write_png(folder_.path("plain.png"), 8, 6, 8, PNG_COLOR_TYPE_RGB, std::move(rows));
    }

    [[nodiscard]] Scene scene(Random& random) const {
        Scene scene;
        scene.effect = std::get<1>(GetParam());
        const int width = 9 + pick(random, 60), height = 8 + pick(random, 60);
        scene.info = video_info(std::get<0>(GetParam()), width, height);
        if (pick(random, 3) == 0)
            make_interlaced(scene.info);
        scene.on_background = scene.effect != "replace" && pick(random, 2) == 0;
        scene.block = std::max(8, static_cast<int>(std::lround(height * 0.3 / 2)) * 2);
        scene.map = pick(random, 2) == 0 ? random_map(random, width, height)
                                         : random_map(random, 1 + pick(random, width), 1 + pick(random, height));
        return scene;
    }
    [[nodiscard]] std::string properties(const Scene& scene, int softness) const {
        return "effect-strength=0.3 dilate=0 hold=0 edge-smooth=" + std::to_string(softness) +
               " background-location=" + folder_.path("plain.png") + " effect=" + scene.effect +
               (scene.on_background ? " effect-on=background" : "");
    }

private:
    TemporaryFolder folder_;
};

TEST_P(Leak, NoHiddenSampleReachesTheOutput) {
    Random random(7);
    int changed = 0;
    for (int round = 0; round < 25; ++round) {
        const Scene scene = this->scene(random);
        const int padding = 7 * pick(random, 2), softness = pick(random, 4);
        Buffer first = picture(scene.info, padding), second = picture(scene.info, padding);
        change_hidden(second, scene, random);
        changed += bytes(first) != bytes(second);
        const auto drawn = [&](Buffer buffer) {
            Overlay overlay(scene.info, properties(scene, softness));
            return bytes(overlay.draw(annotated(std::move(buffer), scene.map, scene.info.width, scene.info.height)));
        };
        EXPECT_TRUE(drawn(std::move(first)) == drawn(std::move(second)))
            << scene.info.width << "x" << scene.info.height << " map " << scene.map.map_width << "x"
            << scene.map.map_height << (scene.on_background ? " background" : "") << " softness " << softness
            << (GST_VIDEO_INFO_IS_INTERLACED(&scene.info) ? " interlaced" : "");
    }
    EXPECT_GT(changed, 18) << "or nothing was tested";
}

INSTANTIATE_TEST_SUITE_P(Formats, Leak,
                         testing::Combine(testing::ValuesIn(kFormats),
                                          testing::Values("blur", "pixelate", "solid", "replace")),
                         [](const auto& test) {
                             return std::string(std::get<0>(test.param)) + "_" + std::get<1>(test.param);
                         });

}  // namespace
