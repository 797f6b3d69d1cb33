// SPDX-License-Identifier: MIT
// Runs the effects on small pictures of every format against the plain reference.
#include "effect_reference.h"

using namespace ausm::test;

namespace {

constexpr const char* kPlain = "dilate=0 edge-smooth=0 hold=0 ";

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
                const Buffer wanted = with_effect(buffer, info, case_of(effect, info), [&](int x, int y) {
                    // The value 4 belongs to nobody: what it is cannot be known.
                    return covers(map, info, x, y,
                                  [&](int value) { return background ? value == 0 || value == 4 : value != 0; })
                               ? 255
                               : 0;
                });
                buffer = annotated(std::move(buffer), blobs(width, height), width, height);
                EXPECT_LE(difference(overlay.draw(std::move(buffer)), wanted, info), 1)
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
        const Buffer wanted = with_effect(buffer, info, case_of(effect, info), [&](int x, int y) {
            return covers(map, info, x, y, [](int value) { return value != 0; }) ? 255 : 0;
        });
        buffer = annotated(std::move(buffer), blobs(width, height), width, height);
        EXPECT_LE(difference(overlay.draw(std::move(buffer)), wanted, info), 1) << width << "x" << height;
    }
}

TEST_P(EffectInEveryFormat, IsAsStrongAsItIsTold) {
    const GstVideoInfo info = video_info(format, 60, 70);
    for (const double strength : {0.01, 0.2, 0.5, 1.0}) {
        Overlay overlay(info, kPlain + std::string("effect=") + effect);
        g_object_set(overlay.element(), "effect-strength", strength, nullptr);
        Buffer buffer = picture(info);
        const Buffer wanted = with_effect(buffer, info, case_of(effect, info, strength), [](int, int) { return 255; });
        ausm::Result all = blobs(60, 70);
        all.map.assign(all.map.size(), 1);
        EXPECT_LE(difference(overlay.draw(annotated(std::move(buffer), std::move(all), 60, 70)), wanted, info), 1)
            << strength;
    }
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
