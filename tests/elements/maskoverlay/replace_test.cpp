// SPDX-License-Identifier: MIT
// Another picture in the place of objects, or of the background.
#include "effect_reference.h"

#include "gst/png_file.h"
#include "gst/temporary_folder.h"

using namespace ausm::test;

namespace {

/// Columns of red, then green, then blue; twice as wide as high.
std::string flag(const TemporaryFolder& folder) {
    std::vector<std::vector<std::uint8_t>> rows(20);
    for (auto& row : rows)
        for (int x = 0; x < 40; ++x) {
            const int third = x < 10 ? 0 : x < 30 ? 1 : 2;
            for (int c = 0; c < 3; ++c)
                row.push_back(c == third ? 250 : 5);
        }
    write_png(folder.path("flag.png"), 40, 20, 8, PNG_COLOR_TYPE_RGB, std::move(rows));
    return folder.path("flag.png");
}

std::array<int, 3> rgb(const Bytes& bytes, const GstVideoInfo& info, int x, int y) {
    const auto* at = bytes.data() + y * info.stride[0] + 3 * x;
    return {at[0], at[1], at[2]};
}

constexpr std::array<int, 3> kRed{250, 5, 5}, kGreen{5, 250, 5}, kBlue{5, 5, 250};

ausm::Result left_half(int width, int height) {
    ausm::Result result = blobs(width, height);
    for (std::size_t i = 0; i < result.map.size(); ++i)
        result.map[i] = static_cast<int>(i) % width < width / 2 ? 1 : 0;
    return result;
}

TEST(Replace, ShowsThePictureWhereTheObjectsWere) {
    const TemporaryFolder folder;
    const GstVideoInfo info = video_info("RGB", 80, 40);
    Overlay overlay(info, "effect=replace dilate=0 edge-smooth=0 background-location=" + flag(folder));
    Buffer buffer = picture(info);
    const Bytes before = bytes(buffer);
    const Bytes drawn = bytes(overlay.draw(annotated(std::move(buffer), left_half(80, 40), 80, 40)));
    EXPECT_EQ(rgb(drawn, info, 10, 20), kRed);
    EXPECT_EQ(rgb(drawn, info, 30, 20), kGreen);
    EXPECT_EQ(rgb(drawn, info, 39, 39), kGreen);
    EXPECT_EQ(rgb(drawn, info, 40, 20), rgb(before, info, 40, 20));
    overlay.set("effect-on", "background");
    buffer = picture(info);
    const Bytes other = bytes(overlay.draw(annotated(std::move(buffer), left_half(80, 40), 80, 40)));
    EXPECT_EQ(rgb(other, info, 39, 20), rgb(before, info, 39, 20));
    EXPECT_EQ(rgb(other, info, 40, 20), kGreen);
    EXPECT_EQ(rgb(other, info, 70, 20), kBlue);
    EXPECT_EQ(overlay.warnings(), 0);
}

TEST(Replace, FillsThePictureAndCutsOffWhatIsTooMuch) {
    const TemporaryFolder folder;
    const auto whole = [&](int width, int height, int aspect_n, int x) {
        GstVideoInfo info = video_info("RGB", width, height);
        info.par_n = aspect_n;
        Overlay overlay(info, "effect=replace background-location=" + flag(folder));
        return rgb(bytes(overlay.draw(picture(info))), info, x, height / 2);
    };
    EXPECT_EQ(whole(80, 40, 1, 3), kRed);
    EXPECT_EQ(whole(40, 40, 1, 1), kGreen) << "only the middle of the flag fits";
    EXPECT_EQ(whole(40, 40, 1, 38), kGreen);
    EXPECT_EQ(whole(40, 40, 2, 3), kRed) << "these pixels are twice as wide as high";
    EXPECT_EQ(whole(160, 40, 1, 3), kRed) << "all of its width, half of its height";
    EXPECT_EQ(whole(160, 40, 1, 150), kBlue);
}

TEST(Replace, WorksInInterlacedVideo) {
    const TemporaryFolder folder;
    GstVideoInfo info = video_info("I420", 64, 32);
    info.interlace_mode = GST_VIDEO_INTERLACE_MODE_INTERLEAVED;
    Overlay overlay(info, "effect=replace background-location=" + flag(folder));
    EXPECT_TRUE(overlay.draw(picture(info)));
}

class ReplaceInEveryFormat : public testing::TestWithParam<const char*> {};

TEST_P(ReplaceInEveryFormat, LeavesNothingOfAHiddenPicture) {
    const TemporaryFolder folder;
    const std::string file = flag(folder);
    for (const auto& [width, height] : {std::pair{1, 1}, {3, 5}, {33, 17}, {64, 40}}) {
        const GstVideoInfo info = video_info(GetParam(), width, height);
        const auto drawn = [&](int value) {
            Overlay overlay(info, "effect=replace background-location=" + file);
            Buffer buffer = picture(info, 5);
            gst_buffer_memset(buffer.get(), 0, static_cast<guint8>(value), gst_buffer_get_size(buffer.get()));
            const Bytes made = bytes(overlay.draw(std::move(buffer)));
            EXPECT_EQ(overlay.warnings(), 1) << "there are no masks";
            return made;
        };
        const Bytes black = drawn(0), white = drawn(255);
        int differ = 0, total = 0;
        for (std::size_t i = 0; i < black.size(); ++i) {
            differ += black[i] != white[i];
            ++total;
        }
        const Mapped mapped(picture(info, 5), info);
        int samples = 0;  // in bytes
        for (const Component& component : mapped.components)
            samples += component.width * component.height * (component.unit > 1 ? 2 : 1);
        EXPECT_EQ(total - differ, samples) << width << "x" << height << ": what is the same is the other picture";
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, ReplaceInEveryFormat, testing::ValuesIn(kFormats),
                         [](const auto& test) { return std::string(test.param); });

TEST(Replace, NamesAFileThatCannotBeRead) {
    const TemporaryFolder folder;
    const std::string missing = folder.path("nowhere.png");
    EXPECT_NE(start_error("maskoverlay effect=replace background-location=" + missing).find(missing),
              std::string::npos);
    EXPECT_NE(start_error("maskoverlay background-location=" + missing).find(missing), std::string::npos)
        << "whatever the effect is now";
    for (const std::string& content : {std::string("text"), std::string(), std::string("\xff\xd8\xff\xe0 broken"),
                                       std::string("\x89PNG\r\n\x1a\n broken")}) {
        const std::string broken = folder.write("broken", content);
        EXPECT_NE(start_error("maskoverlay effect=replace background-location=" + broken).find(broken),
                  std::string::npos);
    }
    EXPECT_NE(start_error("maskoverlay effect=replace").find("background-location"), std::string::npos);
    EXPECT_EQ(start_error("maskoverlay effect=replace background-location=" + flag(folder)), "");
}

TEST(Replace, IsOneColourWhileThereIsNoPicture) {
    const GstVideoInfo info = video_info("RGB", 16, 16);
    Overlay overlay(info);
    overlay.set("effect", "replace");
    EXPECT_EQ(bytes(overlay.draw(picture(info))), Bytes(16 * 16 * 3)) << "black, and not the picture";
}

}  // namespace
