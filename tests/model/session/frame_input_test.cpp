// SPDX-License-Identifier: MIT
// The size rule, by hand, and the way of a frame into the kernel.
#include "session/frame_input.h"

#include <gtest/gtest.h>

namespace ausm {
namespace {

InputSize size_of(int width, int height, int par_n = 1, int par_d = 1, int short_side = 256) {
    Frame frame;
    frame.width = width, frame.height = height;
    frame.pixel_aspect_n = par_n, frame.pixel_aspect_d = par_d;
    return input_size(frame, short_side);
}

TEST(InputSize, FollowsTheDisplayAspect) {
    EXPECT_EQ(size_of(1280, 720), (InputSize{448, 256}));
    EXPECT_EQ(size_of(854, 480), (InputSize{448, 256}));
    EXPECT_EQ(size_of(720, 1280), (InputSize{256, 448}));
    EXPECT_EQ(size_of(640, 480), (InputSize{352, 256}));
    EXPECT_EQ(size_of(512, 512), (InputSize{256, 256}));
    EXPECT_EQ(size_of(720, 576, 16, 11), (InputSize{448, 256})) << "pixel aspect: 1047 x 576 on the screen";
    EXPECT_EQ(size_of(1280, 720, 1, 1, 128), (InputSize{224, 128}));
}

TEST(InputSize, NeverHasMorePixelsThan256x448) {
    EXPECT_EQ(size_of(2560, 1080), (InputSize{512, 224}));
    EXPECT_EQ(size_of(8191, 3), (InputSize{3584, 32}));
    EXPECT_EQ(size_of(3, 8191), (InputSize{32, 3584}));
    EXPECT_EQ(size_of(1, 1), (InputSize{256, 256}));
    EXPECT_EQ(size_of(1280, 720, 1, 1, 32), (InputSize{32, 32})) << "56 x 32 does not fit under 32 x 56";
    for (int width = 1; width < 5000; width += 37) {
        const auto size = size_of(width, 480);
        EXPECT_LE(size.width * size.height, 256 * 448) << width;
        EXPECT_EQ(size.width % 32 + size.height % 32, 0);
    }
}

TEST(FrameInput, ChannelsArriveInRgbOrderNormalised) {
    const std::array<std::uint8_t, 3> rgb{255, 127, 0}, bgr{0, 127, 255};
    const std::array<std::uint8_t, 4> rgba{255, 127, 0, 9}, bgra{0, 127, 255, 9};
    const auto run = [](PixelFormat format, const std::uint8_t* pixel) {
        Frame frame;
        frame.format = format;
        frame.width = frame.height = 1;
        frame.planes[0] = {pixel, 4};
        return network_input(frame, {32, 32});
    };
    for (const auto& input : {run(PixelFormat::kRgb, rgb.data()), run(PixelFormat::kBgr, bgr.data()),
                              run(PixelFormat::kRgba, rgba.data()), run(PixelFormat::kRgbx, rgba.data()),
                              run(PixelFormat::kBgra, bgra.data()), run(PixelFormat::kBgrx, bgra.data())}) {
        ASSERT_EQ(input.size(), 32U * 32U * 3U);
        for (std::size_t i = 0; i < input.size(); i += 3) {
            EXPECT_NEAR(input[i], 1.0F, 1e-5);
            EXPECT_NEAR(input[i + 1], 0.0F, 1e-5);
            EXPECT_NEAR(input[i + 2], -127.0F / 128, 1e-5);
        }
    }
}

TEST(FrameInput, ImpossibleFramesAreRefused) {
    const std::uint8_t pixel[3]{};
    Frame frame;
    frame.width = frame.height = 1;
    EXPECT_THROW(check_frame(frame), std::invalid_argument) << "no plane";
    frame.planes[0] = {pixel, 3};
    EXPECT_NO_THROW(check_frame(frame));
    frame.format = PixelFormat::kNv12;
    EXPECT_THROW(check_frame(frame), std::invalid_argument) << "no chroma";
    frame.format = PixelFormat::kRgb;
    frame.height = 0;
    EXPECT_THROW(check_frame(frame), std::invalid_argument);
    frame.height = 1;
    frame.pixel_aspect_d = 0;
    EXPECT_THROW(check_frame(frame), std::invalid_argument);
    frame.pixel_aspect_d = 1;
    frame.memory = MemoryKind::kCuda;
    EXPECT_THROW(make_host_input_maker()->make(frame, {32, 32}), std::invalid_argument) << "not readable here";
}

}  // namespace
}  // namespace ausm
