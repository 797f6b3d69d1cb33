// SPDX-License-Identifier: MIT
// How much mattes flicker on recorded clips: the mean change of alpha from picture to picture where the picture stands
// still, and what calming costs where it moves. Reads $AUSM_TEST_DATA/clips; nothing is measured without it.
#include "component.h"
#include "gst/raii.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using ausm::gst::Owned;
using ausm::test::component;

constexpr int kFrames = 120;
constexpr int kStill = 2, kMoving = 20;  // of the brightness
constexpr const char* kVariants[] = {"edge-smooth=0 temporal-smooth=0", "temporal-smooth=0", "temporal-smooth=0.5",
                                     "temporal-smooth=0.8"};

struct Sums {
    double change = 0, still = 0;  ///< of alpha, and pixels, where the picture stands still
    double lag = 0, moving = 0;    ///< difference to the hard mask, and pixels, where it moves
};

/// One pass of the model; every variant and the picture itself leave by their own sinks.
std::string launch_line(const std::string& clip) {
    std::string line =
        "filesrc location=" + clip +
        " ! decodebin ! videoconvert ! videoscale ! video/x-raw,format=I420,width=640,height=360,"
        "pixel-aspect-ratio=1/1 ! ausmsegment ! tee name=t t. ! queue ! appsink name=picture sync=false ";
    int number = 0;
    for (const char* variant : kVariants)
        line += "t. ! queue ! maskoverlay output=matte " + std::string(variant) +
                " ! video/x-raw,format=AYUV ! appsink sync=false name=matte" + std::to_string(number++) + " ";
    return line;
}

class Sink {
public:
    Sink(GstElement* pipeline, const std::string& name) : sink_(gst_bin_get_by_name(GST_BIN(pipeline), name.c_str())) {}
    Owned<GstSample> pull() const { return Owned<GstSample>(gst_app_sink_pull_sample(GST_APP_SINK(sink_.get()))); }

private:
    Owned<GstElement> sink_;
};

int measure(const std::string& clip) {
    const Owned<GstElement> pipeline(gst_parse_launch(launch_line(clip).c_str(), nullptr));
    std::vector<Sink> mattes;
    const Sink picture(pipeline.get(), "picture");
    for (std::size_t i = 0; i < std::size(kVariants); ++i)
        mattes.emplace_back(pipeline.get(), "matte" + std::to_string(i));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    std::vector<Sums> sums(std::size(kVariants));
    std::vector<std::vector<guint8>> before(std::size(kVariants));
    std::vector<guint8> luma_before;
    int frames = 0;
    for (; frames < kFrames; ++frames) {
        const auto sample = picture.pull();
        if (!sample)
            break;
        const auto luma = component(sample.get(), 0);
        std::vector<guint8> hard;
        for (std::size_t variant = 0; variant < sums.size(); ++variant) {
            const auto alpha = component(mattes[variant].pull().get(), GST_VIDEO_COMP_A);
            if (variant == 0)
                hard = alpha;
            for (std::size_t i = 0; i < alpha.size() && !luma_before.empty(); ++i) {
                const int motion = std::abs(luma[i] - luma_before[i]);
                sums[variant].still += motion <= kStill;
                sums[variant].change += motion <= kStill ? std::abs(alpha[i] - before[variant][i]) : 0;
                sums[variant].moving += motion >= kMoving;
                sums[variant].lag += motion >= kMoving ? std::abs(alpha[i] - hard[i]) : 0;
            }
            before[variant] = alpha;
        }
        luma_before = luma;
    }
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    std::printf("%s, %d pictures\n", std::filesystem::path(clip).filename().c_str(), frames);
    for (std::size_t variant = 0; variant < sums.size(); ++variant)
        std::printf("  %-32s change where still %6.3f   from the hard mask where moving %6.2f  (of 255)\n",
                    kVariants[variant], sums[variant].change / sums[variant].still,
                    sums[variant].lag / sums[variant].moving);
    return frames > 1 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    gst_init(&argc, &argv);
    const char* data = std::getenv("AUSM_TEST_DATA");
    if (!data || !std::filesystem::is_directory(std::string(data) + "/clips")) {
        std::puts("There is no $AUSM_TEST_DATA/clips: nothing is measured.");
        return 77;
    }
    int failed = 0;
    for (const char* name : {"05_default_juggle", "bedroom", "one-by-one-person-detection", "02_cups"})
        failed |= measure(std::string(data) + "/clips/" + name + ".mp4");
    return failed;
}
