// SPDX-License-Identifier: MIT
// Runs maskoverlay on small pictures of every format and compares every byte with a slow, plain drawing.
#include "overlay.h"

#include <algorithm>
#include <array>
#include <functional>

using namespace ausm::test;

namespace {

/// Colours of the ids 1 to 3: red, green, blue; and Y, U, V by BT.601 in the limited range.
constexpr int kRgb[][3] = {{128, 0, 0}, {0, 128, 0}, {128, 128, 0}};
constexpr int kYuv[][3] = {{49, 109, 184}, {81, 91, 81}, {113, 72, 137}};

struct Style {
    const char* name;
    bool fill, contour;
};
constexpr Style kStyles[] = {{"fill", true, false}, {"contour", false, true}, {"both", true, true}};

/// Opacity in 256ths of what is drawn on pixel (x, y), and whose; by looking at all neighbours.
struct Touch {
    int opacity = 0, value = 0;
};
Touch touch(const ausm::Result& map, const GstVideoInfo& info, const Style& style, double alpha, int x, int y) {
    const auto value = [&](int column, int row) {
        const int map_x = (2 * column + 1) * map.map_width / (2 * info.width);
        const int map_y = (2 * row + 1) * map.map_height / (2 * info.height);
        return int{map.map[static_cast<std::size_t>(map_y * map.map_width + map_x)]};
    };
    const int own = value(x, y), reach = std::max(1, info.height / 240);
    if (own == 0 || own == 4)
        return {};
    for (int row = std::max(y - reach, 0); style.contour && row <= std::min(y + reach, info.height - 1); ++row)
        for (int column = std::max(x - reach, 0); column <= std::min(x + reach, info.width - 1); ++column)
            if (value(column, row) != own)
                return {256, own};
    return {style.fill ? static_cast<int>(alpha * 256) : 0, own};
}

/// The bytes that a picture should have afterwards.
Bytes expected(const Buffer& buffer, const GstVideoInfo& info, const ausm::Result& map, const Style& style,
               double alpha) {
    const Buffer copy(gst_buffer_copy_deep(buffer.get()));
    {
        const Mapped mapped(copy, info);
        const auto& colours = GST_VIDEO_INFO_IS_RGB(&info) ? kRgb : kYuv;
        for (std::size_t i = 0; i < mapped.components.size(); ++i) {
            const Component& component = mapped.components[i];
            for (int y = 0; y < component.height; ++y)
                for (int x = 0; x < component.width; ++x) {
                    int sum = 0, count = 0;
                    component.each_pixel(x, y, info, [&](int column, int row) {
                        const Touch drawn = touch(map, info, style, alpha, column, row);
                        const int colour = drawn.opacity > 0 ? colours[drawn.value - 1][i] * component.unit : 0;
                        sum += component.get(x, y) * (256 - drawn.opacity) + colour * drawn.opacity;
                        ++count;
                    });
                    component.set(x, y, (sum + 128 * count) / (256 * count));
                }
        }
    }
    return bytes(copy);
}

class EveryFormat : public testing::TestWithParam<const char*> {};

TEST_P(EveryFormat, DrawsExactlyTheMasks) {
    for (const auto& [width, height] : {std::pair{1, 1}, {2, 2}, {3, 5}, {5, 3}, {16, 9}, {133, 41}, {64, 481}}) {
        const GstVideoInfo info = video_info(GetParam(), width, height);
        Overlay overlay(info);
        for (const Style& style : kStyles) {
            for (const double alpha : {0.0, 0.5, 1.0}) {
                for (const int padding : {0, 7}) {
                    overlay.set("style", style.name);
                    overlay.set("alpha", std::to_string(alpha));
                    Buffer buffer = picture(info, padding);
                    const Bytes wanted = expected(buffer, info, blobs(width, height), style, alpha);
                    buffer = annotated(std::move(buffer), blobs(width, height), width, height);
                    EXPECT_TRUE(bytes(overlay.draw(std::move(buffer))) == wanted)
                        << width << "x" << height << " " << style.name << " alpha " << alpha << " padding " << padding;
                }
            }
        }
        EXPECT_EQ(overlay.warnings(), 0);
    }
}

TEST_P(EveryFormat, DrawsIslandsAmidEmptyRows) {
    const GstVideoInfo info = video_info(GetParam(), 40, 481);
    Overlay overlay(info);
    ausm::Result result = blobs(40, 481);
    for (int y = 0; y < 481; ++y)
        for (int x = 0; x < 40; ++x)
            result.map[static_cast<std::size_t>(y * 40 + x)] = y % 47 > 30 && x > 8 && x < 25 ? 2 : 0;
    for (const Style& style : kStyles) {
        overlay.set("style", style.name);
        Buffer buffer = picture(info);
        const Bytes wanted = expected(buffer, info, result, style, 0.5);
        EXPECT_TRUE(bytes(overlay.draw(annotated(std::move(buffer), result, 40, 481))) == wanted) << style.name;
    }
}

TEST_P(EveryFormat, ScalesTheMapToThePicture) {
    const GstVideoInfo info = video_info(GetParam(), 64, 36);
    Overlay overlay(info);
    for (const auto& [width, height] : {std::pair{32, 18}, {128, 72}, {50, 31}, {1, 1}, {64, 9}}) {
        Buffer buffer = picture(info);
        const Bytes wanted = expected(buffer, info, blobs(width, height), kStyles[2], 0.5);
        EXPECT_TRUE(bytes(overlay.draw(annotated(std::move(buffer), blobs(width, height), 64, 36))) == wanted)
            << width << "x" << height;
    }
}

TEST_P(EveryFormat, LeavesPicturesWithoutMetadataAlone) {
    const GstVideoInfo info = video_info(GetParam(), 17, 9);
    Overlay overlay(info);
    Buffer buffer = picture(info);
    const Bytes before = bytes(buffer);
    EXPECT_EQ(bytes(overlay.draw(std::move(buffer))), before);
    EXPECT_EQ(overlay.warnings(), 0);
}

TEST_P(EveryFormat, WritesLabelsInsideThePicture) {
    for (const auto& [width, height] : {std::pair{1, 1}, {7, 3}, {161, 91}}) {
        const GstVideoInfo info = video_info(GetParam(), width, height);
        Overlay overlay(info);
        overlay.set("alpha", "0");
        overlay.set("style", "fill");
        overlay.set("labels", "true");
        overlay.set("scores", "true");
        for (const char* label : {"person", "", "caf\xc3\xa9 \xe7\x8c\xab", "\xff\xfe", "<i>&"}) {
            ausm::Result result = blobs(width, height);
            result.objects.resize(1);
            result.objects[0].label = label;
            result.objects[0].box = {0.9, 0.9, 1, 1};
            Buffer buffer = picture(info, 5);
            const Bytes before = bytes(buffer);
            const Bytes after = bytes(overlay.draw(annotated(std::move(buffer), std::move(result), width, height)));
            EXPECT_NE(after, before) << label;
            EXPECT_TRUE(std::equal(after.begin(), after.begin() + 5, before.begin())) << "in front of the picture";
            EXPECT_TRUE(std::equal(after.end() - 5, after.end(), before.end() - 5)) << "behind the picture";
        }
        EXPECT_EQ(overlay.warnings(), 0);
    }
}

TEST_P(EveryFormat, FillsWithSoftBordersWhenAsked) {
    const GstVideoInfo info = video_info(GetParam(), 96, 64);
    Overlay overlay(info, "style=fill alpha=1 edge-smooth=3 temporal-smooth=0");
    ausm::Result result = blobs(96, 64);
    for (std::size_t i = 0; i < result.map.size(); ++i)
        result.map[i] = static_cast<guint8>(i % 96 < 32 ? 1 : i % 96 < 64 ? 2 : 0);  // red, green, nothing
    Buffer buffer = picture(info);
    {
        const Mapped paper(buffer, info);
        for (const Component& component : paper.components)
            for (int y = 0; y < component.height; ++y)
                for (int x = 0; x < component.width; ++x)
                    component.set(x, y, 200 * component.unit);
    }
    const Buffer drawn = overlay.draw(annotated(std::move(buffer), std::move(result), 96, 64));
    const auto& colours = GST_VIDEO_INFO_IS_RGB(&info) ? kRgb : kYuv;
    const Mapped mapped(drawn, info);
    for (std::size_t c = 0; c < mapped.components.size(); ++c) {
        const Component& component = mapped.components[c];
        const auto at = [&](int x) { return component.get(x / component.across, 32 / component.down); };
        const int unit = component.unit, paper = unit * 200;
        EXPECT_NEAR(at(10), colours[0][c] * unit, unit);
        EXPECT_NEAR(at(30), colours[0][c] * unit, unit) << "hard where one object meets another";
        EXPECT_NEAR(at(33), colours[1][c] * unit, unit);
        EXPECT_NEAR(at(50), colours[1][c] * unit, unit);
        EXPECT_EQ(at(80), paper);
        const int direction = colours[1][c] < 200 ? 1 : -1;
        for (int x = 52; x < 78; ++x)
            EXPECT_LE(direction * at(x), direction * at(x + 1)) << c << " at " << x;
        EXPECT_NE(at(62), colours[1][c] * unit) << "soft inside";
        EXPECT_NE(at(65), paper) << "and outside";
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat, testing::ValuesIn(kFormats),
                         [](const auto& test) { return std::string(test.param); });

TEST(MaskOverlay, DrawsContoursWithoutTheStairsOfTheMapWhenAsked) {
    const GstVideoInfo info = video_info("RGB", 240, 240);
    // Where the contour of a diagonal begins in each row: how far it moves from row to row at most.
    const auto largest_step = [&](const char* properties) {
        Overlay overlay(info, std::string("style=contour ") + properties);
        ausm::Result coarse = blobs(24, 24);
        for (std::size_t i = 0; i < coarse.map.size(); ++i)
            coarse.map[i] = i % 24 > i / 24 ? 1 : 0;
        Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
        gst_buffer_memset(buffer.get(), 0, 200, info.size);
        const Bytes drawn = bytes(overlay.draw(annotated(std::move(buffer), std::move(coarse), 240, 240)));
        int largest = 0, before = -1;
        for (int y = 40; y < 200; ++y) {
            int x = 0;
            while (x < 240 && drawn[static_cast<std::size_t>(y * info.stride[0] + 3 * x)] != 128)
                ++x;
            largest = before < 0 ? 0 : std::max(largest, std::abs(x - before));
            before = x;
        }
        return largest;
    };
    EXPECT_GE(largest_step(""), 9);
    EXPECT_LE(largest_step("edge-smooth=1 temporal-smooth=0"), 4);
}

TEST(MaskOverlay, ConvertsColoursByThePicturesColorimetry) {
    const std::pair<const char*, std::array<int, 3>> cases[] = {
        {"bt601", {49, 109, 184}}, {"bt709", {39, 115, 184}}, {"1:4:0:0", {38, 106, 192}}};
    for (const auto& [colorimetry, yuv] : cases) {
        const GstVideoInfo info = video_info("I420", 4, 4, colorimetry);
        Overlay overlay(info);
        overlay.set("alpha", "1");
        ausm::Result result = blobs(4, 4);
        result.map.assign(16, 1);
        const Bytes drawn = bytes(overlay.draw(annotated(picture(info), std::move(result), 4, 4)));
        EXPECT_EQ((std::array<int, 3>{drawn[0], drawn[info.offset[1]], drawn[info.offset[2]]}), yuv) << colorimetry;
    }
}

TEST(MaskOverlay, LabelsNeedABoxAndSomethingToSay) {
    const GstVideoInfo info = video_info("RGB", 160, 90);
    Overlay overlay(info);
    overlay.set("alpha", "0");
    overlay.set("style", "fill");
    const auto changed = [&](const std::array<double, 4>& box, const char* label) {
        ausm::Result result = blobs(160, 90);
        result.objects.resize(1);
        result.objects[0].box = box;
        result.objects[0].label = label;
        Buffer buffer = picture(info);
        const Bytes before = bytes(buffer);
        return bytes(overlay.draw(annotated(std::move(buffer), std::move(result), 160, 90))) != before;
    };
    EXPECT_FALSE(changed({0, 0, 1, 1}, "person")) << "everything is switched off";
    overlay.set("labels", "true");
    EXPECT_TRUE(changed({0, 0, 1, 1}, "person"));
    EXPECT_FALSE(changed({0, 0, 1, 1}, ""));
    EXPECT_FALSE(changed({0, 0, 0, 0}, "person")) << "the object is not in the picture";
    overlay.set("ids", "true");
    EXPECT_TRUE(changed({0, 0, 1, 1}, ""));
    overlay.set("ids", "false");
    overlay.set("scores", "true");
    EXPECT_TRUE(changed({0, 0, 1, 1}, ""));
}

TEST(MaskOverlay, DrawsBoxesAndTrailsWhenAsked) {
    const GstVideoInfo info = video_info("RGB", 64, 36);
    Overlay overlay(info, "style=none");
    const auto drawn = [&](double left) {
        ausm::Result result = blobs(64, 36);
        result.objects.resize(1);
        result.objects[0].box = {left, 0.25, left + 0.25, 0.75};
        Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
        gst_buffer_memset(buffer.get(), 0, 255, info.size);
        return bytes(overlay.draw(annotated(std::move(buffer), std::move(result), 64, 36)));
    };
    const auto is_red = [&](const Bytes& bytes, int x, int y) {
        const auto* pixel = bytes.data() + y * info.stride[0] + 3 * x;
        return pixel[0] == 128 && pixel[1] == 0 && pixel[2] == 0;
    };
    EXPECT_FALSE(is_red(drawn(0.25), 16, 9));
    overlay.set("boxes", "true");
    const Bytes boxed = drawn(0.25);
    EXPECT_TRUE(is_red(boxed, 16, 9));
    EXPECT_TRUE(is_red(boxed, 31, 26));
    EXPECT_FALSE(is_red(boxed, 24, 18)) << "inside";
    EXPECT_FALSE(is_red(boxed, 33, 9)) << "outside";
    overlay.set("boxes", "false");
    overlay.set("trails", "3");
    for (int i = 0; i < 3; ++i)
        drawn(0.1 * i);
    const Bytes trailed = drawn(0.5);
    EXPECT_TRUE(is_red(trailed, 40, 18)) << "now";
    EXPECT_TRUE(is_red(trailed, 20, 18)) << "two pictures ago, and between";
    EXPECT_FALSE(is_red(trailed, 8, 18)) << "longer ago";
    overlay.flush();
    EXPECT_FALSE(is_red(drawn(0.5), 20, 18));
}

TEST(MaskOverlay, KeepsMetadataTimestampsAndAForeignReferenceToThePicture) {
    const GstVideoInfo info = video_info("NV12", 16, 16);
    Overlay overlay(info);
    Buffer buffer = annotated(picture(info), blobs(16, 16), 16, 16);
    GST_BUFFER_PTS(buffer.get()) = 5 * GST_SECOND;
    const Buffer shared(gst_buffer_ref(buffer.get()));
    const Bytes before = bytes(shared);
    const Buffer drawn = overlay.draw(std::move(buffer));
    EXPECT_EQ(bytes(shared), before) << "a picture that others hold was drawn on";
    EXPECT_NE(bytes(drawn), before);
    EXPECT_EQ(GST_BUFFER_PTS(drawn.get()), 5 * GST_SECOND);
    GstAusmMetaView view;
    EXPECT_TRUE(gst_ausm_meta_get(drawn.get(), &view));
}

TEST(MaskOverlay, WarnsOnceWhenTheAspectDiffers) {
    const GstVideoInfo info = video_info("I420", 64, 36);
    Overlay overlay(info);
    const auto warned_by = [&](int width, int height) {
        const int before = overlay.warnings();
        overlay.draw(annotated(picture(info), blobs(64, 36), width, height));
        return overlay.warnings() - before;
    };
    EXPECT_EQ(warned_by(640, 360), 0);
    EXPECT_EQ(warned_by(644, 360), 0) << "0.6 % are rounding";
    EXPECT_EQ(warned_by(640, 480), 1);
    EXPECT_EQ(warned_by(640, 480), 0) << "once is enough";
}

TEST(MaskOverlay, KnowsTheShapeOfPixels) {
    struct Picture {
        int width, height, aspect_n, aspect_d;
    };
    const auto warns = [](const Picture& drawn, const Picture& segmented) {
        GstVideoInfo info = video_info("I420", drawn.width, drawn.height);
        info.par_n = drawn.aspect_n;
        info.par_d = drawn.aspect_d;
        Overlay overlay(info);
        overlay.draw(annotated(picture(info), blobs(64, 36), segmented.width, segmented.height, segmented.aspect_n,
                               segmented.aspect_d));
        return overlay.warnings() == 1;
    };
    const Picture pal{720, 576, 16, 15}, square{768, 576, 1, 1};
    EXPECT_FALSE(warns(square, pal)) << "scaled to square pixels";
    EXPECT_FALSE(warns(pal, square)) << "and back";
    EXPECT_FALSE(warns({720, 480, 8, 9}, {640, 480, 1, 1}));
    EXPECT_FALSE(warns({360, 576, 32, 15}, pal)) << "half as wide";
    EXPECT_TRUE(warns({720, 576, 1, 1}, pal)) << "as many pixels, another shape";
    EXPECT_TRUE(warns({720, 432, 16, 15}, pal)) << "cropped";
    EXPECT_TRUE(warns({576, 576, 1, 1}, pal)) << "cropped to a square";
    EXPECT_TRUE(warns({768, 432, 1, 1}, pal));
}

TEST(MaskOverlay, LeavesThePictureAloneAndWarnsOnceWhenMetadataIsMalformed) {
    const std::function<void(GstStructure*)> damages[] = {
        [](GstStructure* s) { gst_structure_set(s, "map-width", G_TYPE_INT, 17, nullptr); },
        [](GstStructure* s) { gst_structure_set(s, "map-height", G_TYPE_INT, -16, nullptr); },
        [](GstStructure* s) { gst_structure_remove_field(s, "map"); },
        [](GstStructure* s) { gst_structure_set(s, "objects", G_TYPE_INT, 1, nullptr); },
        [](GstStructure* s) { gst_structure_remove_all_fields(s); },
    };
    const GstVideoInfo info = video_info("RGBA", 16, 16);
    for (const auto& damage : damages) {
        Overlay overlay(info);
        for (int i = 0; i < 3; ++i) {
            Buffer buffer = annotated(picture(info), blobs(16, 16), 16, 16);
            damage(gst_custom_meta_get_structure(gst_buffer_get_custom_meta(buffer.get(), GST_AUSM_META_NAME)));
            const Bytes before = bytes(buffer);
            EXPECT_EQ(bytes(overlay.draw(std::move(buffer))), before);
        }
        EXPECT_EQ(overlay.warnings(), 1);
    }
}

TEST(MaskOverlay, ObeysPropertiesOnTheNextPicture) {
    const GstVideoInfo info = video_info("RGB", 4, 4);
    Overlay overlay(info);
    const auto first_pixel = [&] {
        ausm::Result result = blobs(4, 4);
        result.map.assign(16, 1);
        const Bytes drawn = bytes(overlay.draw(annotated(picture(info), std::move(result), 4, 4)));
        return Bytes(drawn.begin(), drawn.begin() + 3);
    };
    overlay.set("alpha", "1");
    EXPECT_EQ(first_pixel(), (Bytes{128, 0, 0}));
    overlay.set("palette", "vivid");
    const Bytes vivid = first_pixel();
    EXPECT_EQ(*std::max_element(vivid.begin(), vivid.end()), 255);
    overlay.set("alpha", "0");
    const Bytes untouched = bytes(picture(info));
    EXPECT_EQ(first_pixel(), Bytes(untouched.begin(), untouched.begin() + 3));
}

}  // namespace
