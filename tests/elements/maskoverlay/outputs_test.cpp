// SPDX-License-Identifier: MIT
// Mattes and masks: caps, sizes, what is in them, and what becomes of pictures without masks.
#include "effect_reference.h"

#include "gst/temporary_folder.h"

using namespace ausm::test;

namespace {

constexpr const char* kAny = "video/x-raw";
constexpr const char* kHard = "output=matte edge-smooth=0";

/// Bytes of a pixel in one plane of four.
std::array<int, 4> pixel(const Bytes& bytes, const GstVideoInfo& info, int x, int y) {
    const auto* at = bytes.data() + y * info.stride[0] + 4 * x;
    return {at[0], at[1], at[2], at[3]};
}

int alpha_place(const GstVideoInfo& info) { return GST_VIDEO_INFO_COMP_POFFSET(&info, GST_VIDEO_COMP_A); }

/// The picture as GStreamer converts it.
Bytes converted(const Buffer& buffer, GstVideoInfo from, GstVideoInfo to) {
    GstVideoFrame source, target;
    const Buffer out(gst_buffer_new_allocate(nullptr, to.size, nullptr));
    EXPECT_TRUE(gst_video_frame_map(&source, &from, buffer.get(), GST_MAP_READ));
    EXPECT_TRUE(gst_video_frame_map(&target, &to, out.get(), GST_MAP_WRITE));
    GstVideoConverter* converter = gst_video_converter_new(&from, &to, nullptr);
    gst_video_converter_frame(converter, &source, &target);
    gst_video_converter_free(converter);
    gst_video_frame_unmap(&source);
    gst_video_frame_unmap(&target);
    return bytes(out);
}

bool is_object(const ausm::Result& map, int x, int y) {
    const int value = map.map[static_cast<std::size_t>(y * map.map_width + x)];
    return value >= 1 && value <= 3;
}

class MatteOfEveryFormat : public testing::TestWithParam<const char*> {};

TEST_P(MatteOfEveryFormat, CutsOutTheObjects) {
    for (const char* format : {"AYUV", "RGBA", "BGRA"})
        for (const auto& [width, height] : {std::pair{1, 1}, {3, 5}, {17, 9}, {64, 41}})
            for (const int padding : {0, 7}) {
                const GstVideoInfo info = video_info(GetParam(), width, height);
                if (std::string(GetParam()) == "UYVY" && width % 2 == 1 && std::string(format) == "AYUV")
                    continue;  // GStreamer's converter reads outside of the picture
                Overlay overlay(info, kHard, std::string(kAny) + ",format=" + format);
                Buffer buffer = picture(info, padding);
                GstVideoInfo out = overlay.out_info();
                EXPECT_STREQ(GST_VIDEO_INFO_NAME(&out), format);
                const Bytes wanted = converted(buffer, info, out);
                const ausm::Result map = blobs(width, height);
                const Bytes made =
                    bytes(overlay.draw(annotated(std::move(buffer), blobs(width, height), width, height)));
                ASSERT_EQ(made.size(), out.size);
                std::array<int, 4> empty{};
                if (GST_VIDEO_INFO_IS_YUV(&out))
                    empty = {0, out.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255 ? 0 : 16, 128, 128};
                int wrong = 0;
                for (int y = 0; y < height; ++y)
                    for (int x = 0; x < width; ++x) {
                        auto original = pixel(wanted, out, x, y);
                        if (!GST_VIDEO_INFO_HAS_ALPHA(&info))
                            original[static_cast<std::size_t>(alpha_place(out))] = 255;
                        wrong += pixel(made, out, x, y) != (is_object(map, x, y) ? original : empty);
                    }
                EXPECT_EQ(wrong, 0) << format << " " << width << "x" << height << " padding " << padding;
                EXPECT_EQ(overlay.warnings(), 0);
            }
}

INSTANTIATE_TEST_SUITE_P(Formats, MatteOfEveryFormat, testing::ValuesIn(kFormats),
                         [](const auto& test) { return std::string(test.param); });

TEST(Matte, KeepsTheColoursOfThePictureIfThereIsAChoice) {
    const auto format = [](const char* in, const std::string& behind, const char* colorimetry = "bt709") {
        const Overlay overlay(video_info(in, 16, 16, colorimetry), kHard, behind);
        const GstVideoInfo info = overlay.out_info();
        const ausm::gst::Owned<char> colours(gst_video_colorimetry_to_string(&info.colorimetry));
        return std::string(GST_VIDEO_INFO_NAME(&info)) + " " + (colours ? colours.get() : "");
    };
    EXPECT_EQ(format("I420", kAny), "AYUV bt709");
    EXPECT_EQ(format("NV12", kAny, "bt601"), "AYUV bt601");
    EXPECT_EQ(format("I420", "video/x-raw,format={RGBA,BGRA}"), "RGBA sRGB");
    EXPECT_EQ(format("I420", "video/x-raw,format=BGRA"), "BGRA sRGB");
    EXPECT_EQ(format("BGRx", kAny), "BGRA sRGB");
    EXPECT_EQ(format("RGB", kAny), "RGBA sRGB");
    EXPECT_EQ(format("RGB", "video/x-raw,format={AYUV,BGRA}"), "BGRA sRGB");
    EXPECT_EQ(format("UYVY", kAny), "AYUV bt709");
    const Overlay odd(video_info("UYVY", 17, 16), kHard, kAny);
    const GstVideoInfo info = odd.out_info();
    EXPECT_STREQ(GST_VIDEO_INFO_NAME(&info), "RGBA") << "GStreamer cannot make AYUV of it";
}

TEST(Matte, IsSoftOnBothSidesOfTheBorder) {
    const GstVideoInfo info = video_info("RGBA", 64, 32);
    Overlay overlay(info, "output=matte edge-smooth=3", kAny);
    ausm::Result half = blobs(64, 32);
    for (std::size_t i = 0; i < half.map.size(); ++i)
        half.map[i] = i % 64 < 32 ? 1 : 0;
    Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    gst_buffer_memset(buffer.get(), 0, 255, info.size);
    const Bytes made = bytes(overlay.draw(annotated(std::move(buffer), std::move(half), 64, 32)));
    const auto alpha = [&](int x) { return pixel(made, info, x, 16)[3]; };
    EXPECT_EQ(alpha(20), 255);
    EXPECT_EQ(alpha(44), 0);
    EXPECT_NEAR(alpha(31) + alpha(32), 255, 3);
    for (int x = 20; x < 44; ++x)
        EXPECT_GE(alpha(x), alpha(x + 1)) << x;
    EXPECT_LT(alpha(30), 255);
    EXPECT_GT(alpha(33), 0);
}

TEST(Matte, MayBeOfTheBackgroundAndOfSomeObjects) {
    const GstVideoInfo info = video_info("RGBA", 20, 8);
    const auto opaque = [&](const std::string& properties) {
        Overlay overlay(info, std::string(kHard) + " " + properties, kAny);
        Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
        gst_buffer_memset(buffer.get(), 0, 255, info.size);
        ausm::Result stripes = blobs(20, 8);
        for (std::size_t i = 0; i < stripes.map.size(); ++i)
            stripes.map[i] = static_cast<guint8>(i % 20 / 5);  // 0 to 3
        const Bytes made = bytes(overlay.draw(annotated(std::move(buffer), std::move(stripes), 20, 8)));
        std::string text;
        for (int x = 2; x < 20; x += 5)
            text += pixel(made, info, x, 4)[3] == 255 ? '#' : '.';
        return text;
    };
    EXPECT_EQ(opaque(""), ".###");
    EXPECT_EQ(opaque("effect-on=background"), "#...");
    EXPECT_EQ(opaque("objects=2"), "..#.");
    EXPECT_EQ(opaque("except=2"), ".#.#");
    EXPECT_EQ(opaque("effect-on=background objects=2"), "##.#");
}

TEST(Matte, IsEmptyWithoutMasksAndSaysWhyOnce) {
    const GstVideoInfo info = video_info("I420", 16, 16);
    Overlay overlay(info, kHard, "video/x-raw,format=RGBA");
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(bytes(overlay.draw(picture(info))), Bytes(16 * 16 * 4)) << "no colour is left behind alpha 0";
    EXPECT_EQ(overlay.warnings(), 1);
    EXPECT_EQ(bytes(overlay.draw(annotated(picture(info), blobs(16, 16), 16, 9))), Bytes(16 * 16 * 4));
    EXPECT_EQ(overlay.warnings(), 2) << "for another reason";
    overlay.set("missing", "pass");
    Buffer buffer = picture(info);
    const Bytes wanted = converted(buffer, info, overlay.out_info());
    EXPECT_EQ(bytes(overlay.draw(std::move(buffer))), wanted);
    overlay.set("missing", "drop");
    EXPECT_FALSE(overlay.try_draw(picture(info)));
    EXPECT_TRUE(overlay.draw(annotated(picture(info), blobs(16, 16), 16, 16))) << "the stream goes on";
}

TEST(Matte, LeavesOutWhatCannotBeRead) {
    const GstVideoInfo info = video_info("I420", 16, 16);
    Overlay overlay(info, kHard, kAny);
    Buffer cut(gst_buffer_new_allocate(nullptr, 100, nullptr));
    EXPECT_FALSE(overlay.try_draw(annotated(std::move(cut), blobs(16, 16), 16, 16)));
    EXPECT_EQ(overlay.warnings(), 1);
}

TEST(Matte, RefusesEffectsBecauseItHasNone) {
    EXPECT_NE(start_error("maskoverlay output=matte effect=blur").find("output=picture"), std::string::npos);
    EXPECT_NE(start_error("maskoverlay output=mask effect=solid").find("output=picture"), std::string::npos);
    EXPECT_EQ(start_error("maskoverlay output=matte"), "");
}

TEST(Mask, HasTheValuesOfTheMetadataAtThePicturesSize) {
    for (const char* format : kFormats)
        for (const auto& [width, height] : {std::pair{1, 1}, {17, 9}, {30, 12}}) {
            const GstVideoInfo info = video_info(format, width, height);
            Overlay overlay(info, "output=mask", kAny);
            const ausm::Result map = blobs(10, 4);
            const Bytes made = bytes(overlay.draw(annotated(picture(info, 7), blobs(10, 4), width, height)));
            const GstVideoInfo out = overlay.out_info();
            ASSERT_EQ(GST_VIDEO_INFO_FORMAT(&out), GST_VIDEO_FORMAT_GRAY8);
            ASSERT_EQ(made.size(), out.size);
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x) {
                    const int column = (2 * x + 1) * 10 / (2 * width), row = (2 * y + 1) * 4 / (2 * height);
                    ASSERT_EQ(made[static_cast<std::size_t>(y * out.stride[0] + x)],
                              map.map[static_cast<std::size_t>(row * 10 + column)])
                        << format << " " << x << "," << y;
                }
            EXPECT_EQ(overlay.warnings(), 0);
        }
}

TEST(Mask, LeavesOutObjectsThatAreNotMeant) {
    const GstVideoInfo info = video_info("I420", 16, 16);
    Overlay overlay(info, "output=mask except=2", kAny);
    const ausm::Result map = blobs(16, 16);
    const Bytes made = bytes(overlay.draw(annotated(picture(info), blobs(16, 16), 16, 16)));
    for (std::size_t i = 0; i < made.size(); ++i)
        ASSERT_EQ(made[i], map.map[i] == 2 ? 0 : map.map[i]);
}

TEST(Mask, SaysWithoutMasksWhatItIsToldTo) {
    const GstVideoInfo info = video_info("I420", 16, 16);
    Overlay overlay(info, "output=mask", kAny);
    EXPECT_EQ(bytes(overlay.draw(picture(info))), Bytes(16 * 16, 0));
    EXPECT_EQ(overlay.warnings(), 0);
    overlay.set("missing", "hide");
    EXPECT_EQ(bytes(overlay.draw(picture(info))), Bytes(16 * 16, 255)) << "the value of no object";
    EXPECT_EQ(overlay.warnings(), 1);
    overlay.set("missing", "drop");
    EXPECT_FALSE(overlay.try_draw(picture(info)));
}

TEST(MadePictures, KeepTimesAndMetadataAndLeaveThePictureAlone) {
    for (const char* output : {"matte", "mask"}) {
        const GstVideoInfo info = video_info("NV12", 16, 16);
        Overlay overlay(info, std::string("output=") + output, kAny);
        Buffer buffer = annotated(picture(info), blobs(16, 16), 16, 16);
        GST_BUFFER_PTS(buffer.get()) = 5 * GST_SECOND;
        GST_BUFFER_DURATION(buffer.get()) = GST_SECOND;
        const Buffer shared(gst_buffer_ref(buffer.get()));
        const Bytes before = bytes(shared);
        const Buffer made = overlay.draw(std::move(buffer));
        EXPECT_EQ(bytes(shared), before);
        EXPECT_EQ(GST_BUFFER_PTS(made.get()), 5 * GST_SECOND);
        EXPECT_EQ(GST_BUFFER_DURATION(made.get()), GST_SECOND);
        GstAusmMetaView view;
        EXPECT_TRUE(gst_ausm_meta_get(made.get(), &view));
        const GstVideoMeta* layout = gst_buffer_get_video_meta(made.get());
        const GstVideoInfo out = overlay.out_info();
        EXPECT_TRUE(!layout || layout->format == GST_VIDEO_INFO_FORMAT(&out)) << "not that of the picture";
    }
}

TEST(MadePictures, FollowAChangeOfCaps) {
    Overlay overlay(video_info("I420", 16, 16), kHard, kAny);
    EXPECT_EQ(
        gst_buffer_get_size(overlay.draw(annotated(picture(video_info("I420", 16, 16)), blobs(16, 16), 16, 16)).get()),
        16u * 16 * 4);
    const GstVideoInfo next = video_info("RGB", 33, 17);
    overlay.in_caps(next);
    const Buffer made = overlay.draw(annotated(picture(next), blobs(33, 17), 33, 17));
    const GstVideoInfo out = overlay.out_info();
    EXPECT_STREQ(GST_VIDEO_INFO_NAME(&out), "RGBA");
    EXPECT_EQ(gst_buffer_get_size(made.get()), 33u * 17 * 4);
}

TEST(MadePictures, StayWhatTheyAreUntilTheNextStart) {
    const GstVideoInfo info = video_info("I420", 16, 16);
    Overlay overlay(info, "");
    overlay.set("output", "mask");
    EXPECT_EQ(gst_buffer_get_size(overlay.draw(annotated(picture(info), blobs(16, 16), 16, 16)).get()), info.size);
}

}  // namespace
