// SPDX-License-Identifier: MIT
// Runs the effects on small pictures of every format against the plain reference, and shows that nothing of what they
// hide is left.
#include "effect_reference.h"

#include <random>

using namespace ausm::test;

namespace {

constexpr const char* kPlain = "dilate=0 edge-smooth=0 hold=0 ";

/// The cells of a map that a pixel touches, one of them meant: both as intervals of the picture's width and height.
bool covers(const ausm::Result& map, const GstVideoInfo& info, int x, int y, const std::function<bool(int)>& meant) {
    for (int row = y * map.map_height / info.height; row * info.height < (y + 1) * map.map_height; ++row)
        for (int column = x * map.map_width / info.width; column * info.width < (x + 1) * map.map_width; ++column)
            if (meant(map.map[static_cast<std::size_t>(row * map.map_width + column)]))
                return true;
    return false;
}

/// Black in the picture's components.
EffectCase case_of(const char* name, const GstVideoInfo& info, double strength = 0.1) {
    return {name, strength,
            GST_VIDEO_INFO_IS_RGB(&info) ? std::array<int, 3>{0, 0, 0} : std::array<int, 3>{16, 128, 128}};
}

class EffectInEveryFormat : public testing::TestWithParam<std::tuple<const char*, const char*>> {
protected:
    const char* format = std::get<0>(GetParam());
    const char* effect = std::get<1>(GetParam());
};

TEST_P(EffectInEveryFormat, IsThatOfThePlainReference) {
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 65}, {3, 5}, {8, 8}, {33, 17}, {64, 41}})
        for (const bool background : {false, true})
            for (const int padding : {0, 7}) {
                const GstVideoInfo info = video_info(format, width, height);
                Overlay overlay(info,
                                kPlain + std::string("effect=") + effect + (background ? " effect-on=background" : ""));
                Buffer buffer = picture(info, padding);
                const ausm::Result map = blobs(width, height);
                const Bytes wanted = with_effect(buffer, info, case_of(effect, info), [&](int x, int y) {
                    // The value 4 belongs to nobody: what it is cannot be known.
                    return covers(map, info, x, y,
                                  [&](int value) { return background ? value == 0 || value == 4 : value != 0; })
                               ? 255
                               : 0;
                });
                buffer = annotated(std::move(buffer), blobs(width, height), width, height);
                EXPECT_LE(difference(bytes(overlay.draw(std::move(buffer))), wanted), 1)
                    << width << "x" << height << (background ? " background" : "") << " padding " << padding;
                EXPECT_EQ(overlay.warnings(), 0);
            }
}

TEST_P(EffectInEveryFormat, ScalesMapsAndLeavesOutNoPixelOfTheirs) {
    const GstVideoInfo info = video_info(format, 40, 30);
    for (const auto& [width, height] : {std::pair{4, 3}, {24, 18}, {52, 39}}) {
        Overlay overlay(info, kPlain + std::string("effect=") + effect);
        Buffer buffer = picture(info);
        const ausm::Result map = blobs(width, height);
        const Bytes wanted = with_effect(buffer, info, case_of(effect, info), [&](int x, int y) {
            return covers(map, info, x, y, [](int value) { return value != 0; }) ? 255 : 0;
        });
        buffer = annotated(std::move(buffer), blobs(width, height), width, height);
        EXPECT_LE(difference(bytes(overlay.draw(std::move(buffer))), wanted), 1) << width << "x" << height;
    }
}

TEST_P(EffectInEveryFormat, IsAsStrongAsItIsTold) {
    const GstVideoInfo info = video_info(format, 60, 70);
    for (const double strength : {0.01, 0.2, 0.5, 1.0}) {
        Overlay overlay(info, kPlain + std::string("effect=") + effect);
        g_object_set(overlay.element(), "effect-strength", strength, nullptr);
        Buffer buffer = picture(info);
        const Bytes wanted = with_effect(buffer, info, case_of(effect, info, strength), [](int, int) { return 255; });
        ausm::Result all = blobs(60, 70);
        all.map.assign(all.map.size(), 1);
        EXPECT_LE(difference(bytes(overlay.draw(annotated(std::move(buffer), std::move(all), 60, 70))), wanted), 1)
            << strength;
    }
}

/// Samples change places within the squares whose means are kept: if anything else of the picture came through, the
/// results would differ.
TEST_P(EffectInEveryFormat, KeepsNothingOfWhatItHidesButMeans) {
    const GstVideoInfo info = video_info(format, 64, 48);
    const auto drawn = [&](bool shuffled) {
        Overlay overlay(info, kPlain + std::string("effect-strength=0.3333 effect=") + effect);
        Buffer buffer = picture(info);
        GstVideoFrame frame;
        EXPECT_TRUE(gst_video_frame_map(&frame, &info, buffer.get(), GST_MAP_READWRITE));
        for (guint i = 0; shuffled && i < std::min(GST_VIDEO_FRAME_N_COMPONENTS(&frame), 3U); ++i) {
            const Component component(&frame, i);
            std::minstd_rand random(i + 1);
            const int block = 16 / component.size;
            for (int y = 0; y < component.height; ++y)
                for (int x = 0; x < 48 / component.size; ++x) {
                    const auto other = [&](int place) {
                        return place / block * block + static_cast<int>(random()) % block;
                    };
                    std::swap(component.at(x, y), component.at(other(x), other(y)));
                }
        }
        gst_video_frame_unmap(&frame);
        ausm::Result left = blobs(64, 48);
        for (std::size_t i = 0; i < left.map.size(); ++i)
            left.map[i] = i % 64 < 48 ? 1 : 0;  // the means of the last column of squares are seen at the border
        const Bytes before = bytes(buffer);
        const Bytes after = bytes(overlay.draw(annotated(std::move(buffer), std::move(left), 64, 48)));
        EXPECT_GT(difference(before, after), 50);
        return after;
    };
    EXPECT_EQ(drawn(false), drawn(true));
}

INSTANTIATE_TEST_SUITE_P(Formats, EffectInEveryFormat,
                         testing::Combine(testing::ValuesIn(kFormats), testing::Values("blur", "pixelate", "solid")),
                         [](const auto& test) {
                             return std::string(std::get<0>(test.param)) + "_" + std::get<1>(test.param);
                         });

/// What detail there is: the mean difference of neighbours.
double detail(const Bytes& picture, int width) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < picture.size(); ++i)
        if (static_cast<int>(i) % width + 1 < width)
            sum += std::abs(picture[i] - picture[i + 1]);
    return sum / static_cast<double>(picture.size());
}

TEST(Effect, LeavesNoDetailAndNoPixelAsItWas) {
    const GstVideoInfo info = video_info("GRAY8", 160, 120);
    for (const char* effect : {"blur", "pixelate", "solid"}) {
        Overlay overlay(info, std::string("effect=") + effect);
        for (int i = 0; i < 3; ++i) {
            Buffer buffer = picture(info);
            const Bytes before = bytes(buffer);
            ausm::Result all = blobs(160, 120);
            all.map.assign(all.map.size(), 1);
            const Bytes after = bytes(overlay.draw(annotated(std::move(buffer), std::move(all), 160, 120)));
            int same = 0;
            for (std::size_t at = 0; at < before.size(); ++at)
                same += before[at] == after[at];
            // Noise meets any value by chance, once in 256 times.
            EXPECT_LT(same, 2 * 160 * 120 / 256) << effect;
            EXPECT_LT(detail(after, 160), detail(before, 160) / 50) << effect;
        }
    }
}

TEST(Effect, CannotBeSoWeakThatItHidesNothing) {
    const GstVideoInfo info = video_info("GRAY8", 16, 16);
    const Overlay overlay(info);
    GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(overlay.element()), "effect-strength");
    EXPECT_EQ(G_PARAM_SPEC_DOUBLE(spec)->minimum, 0.01);
    EXPECT_EQ(G_PARAM_SPEC_DOUBLE(spec)->maximum, 1);
}

TEST(Effect, PaintsInItsColour) {
    const GstVideoInfo info = video_info("I420", 4, 4);
    Overlay overlay(info, "effect=solid effect-color=0x00ff0000");
    ausm::Result all = blobs(4, 4);
    all.map.assign(16, 1);
    const Bytes drawn = bytes(overlay.draw(annotated(picture(info), std::move(all), 4, 4)));
    EXPECT_EQ((std::array<int, 3>{drawn[0], drawn[info.offset[1]], drawn[info.offset[2]]}), (std::array{81, 90, 240}));
}

TEST(Effect, FadesOutOnlyOutsideOfWhatIsHidden) {
    const GstVideoInfo info = video_info("GRAY8", 200, 100);
    Overlay overlay(info, "effect=solid effect-color=0xff000000 dilate=0.05 edge-smooth=4");
    const auto column = [&] {
        Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
        gst_buffer_memset(buffer.get(), 0, 235, info.size);
        ausm::Result one = blobs(200, 100);
        one.map.assign(one.map.size(), 0);
        one.map[50 * 200 + 100] = 1;
        const Bytes drawn = bytes(overlay.draw(annotated(std::move(buffer), std::move(one), 200, 100)));
        return Bytes(drawn.begin() + 50 * 200, drawn.begin() + 51 * 200);
    }();
    for (int x = 95; x <= 105; ++x)
        EXPECT_EQ(column[static_cast<std::size_t>(x)], 16) << x << " is 5 % of the height away at most";
    for (int x = 106; x < 114; ++x) {
        EXPECT_GT(column[static_cast<std::size_t>(x)], 16) << x;
        EXPECT_GE(column[static_cast<std::size_t>(x) + 1], column[static_cast<std::size_t>(x)]) << x;
    }
    EXPECT_LT(column[106], 80) << "no hard edge";
    EXPECT_EQ(column[114], 235);
    EXPECT_EQ(column[86], 235);
}

TEST(Effect, FadesAwayOverPicturesWithTemporalSmoothness) {
    const GstVideoInfo info = video_info("GRAY8", 16, 16);
    Overlay overlay(info, "effect=solid effect-color=0xff000000 dilate=0 edge-smooth=0 hold=0 temporal-smooth=0.5");
    const auto drawn = [&](guint8 value) {
        Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
        gst_buffer_memset(buffer.get(), 0, 216, info.size);
        ausm::Result all = blobs(16, 16);
        all.map.assign(256, value);
        return int{bytes(overlay.draw(annotated(std::move(buffer), std::move(all), 16, 16)))[0]};
    };
    EXPECT_EQ(drawn(1), 16);
    EXPECT_NEAR(drawn(0), 116, 2);
    EXPECT_NEAR(drawn(0), 166, 2);
    EXPECT_EQ(drawn(1), 16) << "what is hidden is hidden at once";
}

TEST(Effect, StandsBelowMasksAndLabels) {
    const GstVideoInfo info = video_info("RGB", 160, 90);
    const auto drawn = [&](const std::string& properties) {
        Overlay overlay(info, "effect=solid hold=0 " + properties);
        ausm::Result one = blobs(160, 90);
        one.objects.resize(1);
        one.map.assign(one.map.size(), 1);
        return bytes(overlay.draw(annotated(picture(info), std::move(one), 160, 90)));
    };
    const Bytes plain = drawn("");
    EXPECT_EQ(*std::max_element(plain.begin(), plain.end()), 0) << "nothing is drawn on it that nobody asked for";
    EXPECT_EQ(drawn("style=fill alpha=1")[0], 128) << "the colour of the object";
    EXPECT_NE(drawn("ids=true"), plain);
}

}  // namespace
