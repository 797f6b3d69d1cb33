// SPDX-License-Identifier: MIT
// A warning when masks are lost on the way to maskoverlay, and none when there never were any.
#include "segment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

using namespace ausm::test;

namespace {

constexpr const char* kSource =
    "videotestsrc num-buffers=4 ! video/x-raw,format=I420,width=96,height=64,framerate=25/1 ! ";
constexpr const char* kSegment = "ausmsegment name=segmenter inference-size=64 latency=0 ! ";

class Ways : public testing::Test {
protected:
    void SetUp() override {
        if (std::getenv("AUSM_SANITIZED"))
            GTEST_SKIP() << "the system's elements are not built with the sanitizer";
    }

    /// The warnings of a pipeline that ran to its end.
    static std::vector<Report> warnings(const std::string& launch) {
        std::vector<Report> found;
        GError* raw = nullptr;
        const Owned<GstElement> pipeline(
            gst_parse_launch_full(launch.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &raw));
        const Owned<GError> error(raw);
        if (error) {
            ADD_FAILURE() << launch << ": " << error->message;
            return found;
        }
        const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
        gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
        for (bool ended = false; !ended;) {
            const Owned<GstMessage> message(gst_bus_timed_pop_filtered(
                bus.get(), 60 * GST_SECOND,
                static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING)));
            const GstMessageType type = message ? GST_MESSAGE_TYPE(message.get()) : GST_MESSAGE_UNKNOWN;
            if (type == GST_MESSAGE_WARNING)
                found.push_back(report_of(message.get()));
            else
                ended = true;
            EXPECT_TRUE(type == GST_MESSAGE_WARNING || type == GST_MESSAGE_EOS)
                << launch << ": " << (message ? report_of(message.get()).message : "not at its end after a minute");
        }
        gst_element_set_state(pipeline.get(), GST_STATE_NULL);
        return found;
    }
};

TEST_F(Ways, ThatLoseMasksAreAWarningThatNamesTheElements) {
    const auto found =
        warnings(std::string(kSource) + kSegment +
                 "queue name=waiting ! videoflip name=mirror video-direction=horiz ! maskoverlay ! fakesink");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].message.find("The masks of segmenter do not reach this picture"), std::string::npos)
        << found[0].message;
    EXPECT_NE(found[0].message.find("(waiting, mirror)"), std::string::npos) << found[0].message;
    EXPECT_NE(found[0].detail.find("Put this element before it, or ausmsegment behind it"), std::string::npos);
}

TEST_F(Ways, ThatLoseMasksHideThePictureThatWasToBeHiddenInPart) {
    const auto found = warnings(std::string(kSource) + kSegment +
                                "videoflip name=mirror video-direction=horiz ! maskoverlay effect=blur ! fakesink");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].message.find("All of a picture is hidden"), std::string::npos) << found[0].message;
    EXPECT_NE(found[0].detail.find("The masks of segmenter do not reach this picture"), std::string::npos);
    EXPECT_NE(found[0].detail.find("(mirror)"), std::string::npos) << found[0].detail;
}

TEST_F(Ways, ThroughACodecAndBinsAreWalked) {
    const auto found =
        warnings(std::string(kSource) + "bin. ( name=inner " + kSegment +
                 "identity name=first ) ! ( jpegenc name=encoder ) ! jpegdec name=decoder ! maskoverlay ! fakesink");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].message.find("(first, encoder, decoder)"), std::string::npos) << found[0].message;
}

TEST_F(Ways, ThatKeepMasksAreSilent) {
    EXPECT_TRUE(
        warnings(
            std::string(kSource) + kSegment +
            "queue ! videoconvert ! videoscale ! video/x-raw,format=RGB,width=48,height=32 ! maskoverlay ! fakesink")
            .empty());
}

TEST_F(Ways, WithoutASegmenterAreSilent) {
    EXPECT_TRUE(warnings(std::string(kSource) + "videoflip video-direction=horiz ! maskoverlay ! fakesink").empty());
}

TEST_F(Ways, ThatAreNotSelectedAreSilent) {
    const std::string source(kSource);
    EXPECT_TRUE(warnings(source + "selector.sink_1  " + source + kSegment +
                         "selector.sink_0  input-selector name=selector sync-streams=false ! maskoverlay ! fakesink")
                    .empty());
}

// The segmenter has said so itself.
TEST(PicturesThatWereNotSegmented, AreNotCalledLost) {
    Harness chain(std::string(kLaunch) + " ! maskoverlay");
    chain.caps(kCaps);
    ASSERT_TRUE(chain.pass(0));
    Owned<GstBuffer> cut(gst_buffer_new_allocate(nullptr, 64, nullptr));
    GST_BUFFER_PTS(cut.get()) = GST_SECOND / 25;
    chain.push(std::move(cut));
    const Owned<GstMessage> warning = chain.message(GST_MESSAGE_WARNING);
    ASSERT_TRUE(warning);
    EXPECT_NE(report_of(warning.get()).message.find("passed on without being segmented"), std::string::npos);
    EXPECT_FALSE(chain.message(GST_MESSAGE_WARNING));
}

}  // namespace
