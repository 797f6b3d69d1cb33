// SPDX-License-Identifier: MIT
// What maskoverlay costs on a picture of 1920 x 1080, beside elements of GStreamer that also touch every pixel of it. All
// take turns, so that what else the machine does hits all alike; the figures are CPU time of the one thread that works.
// An argument: only the launch lines that have this text in them, beside videobalance.
#include "gst/gstausmmeta.h"
#include "gst/raii.h"

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace {

using ausm::gst::Owned;

constexpr int kWidth = 1920, kHeight = 1080, kMapWidth = 448, kMapHeight = 256;
constexpr int kWarmUp = 5, kFrames = 25, kRounds = 5;

GstVideoInfo info_of(const char* format) {
    GstVideoInfo info;
    gst_video_info_set_format(&info, gst_video_format_from_string(format), kWidth, kHeight);
    info.fps_n = 25;
    info.fps_d = 1;
    return info;
}

/// Three people-sized objects, a fifth of the picture, in a map as the default model makes them.
ausm::Result people() {
    ausm::Result result;
    result.map_width = kMapWidth;
    result.map_height = kMapHeight;
    for (int y = 0; y < kMapHeight; ++y)
        for (int x = 0; x < kMapWidth; ++x) {
            guint8 value = 0;
            for (int object = 0; object < 3; ++object)
                if (std::hypot((x - kMapWidth * (1 + object * 2) / 6.0) / 1.2, (y - kMapHeight / 2.0) / 3) <
                    kMapHeight / 9.0)
                    value = static_cast<guint8>(object + 1);
            result.map.push_back(value);
        }
    for (guint8 value = 1; value <= 3; ++value) {
        ausm::Object object;
        object.id = object.value = value;
        object.label = "person";
        object.score = 0.9F;
        const double left = (value * 2 - 1) / 6.0 - 0.08;
        object.box = {left, 0.15, left + 0.16, 0.85};
        result.objects.push_back(object);
    }
    return result;
}

/// Slopes with a little noise: what a camera gives, more or less.
GstBuffer* picture(const GstVideoInfo& info) {
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, info.size, nullptr);
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_WRITE);
    for (gsize i = 0; i < map.size; ++i)
        map.data[i] = static_cast<guint8>(60 + (i / 4096 + i % 4096 / 64) % 120 + (i * 2654435761U >> 13) % 8);
    gst_buffer_unmap(buffer, &map);
    ausm::Result result = people();
    if (!ausm::gst::attach_meta(buffer, result, {kWidth, kHeight, true, "benchmark", 0}))
        std::exit(1);
    return buffer;
}

double cpu_milliseconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

/// One element at work.
class Contestant {
public:
    Contestant(std::string line, const char* format, const char* made)
        : name(line), info_(info_of(format)), made_(made != nullptr) {
        harness_ = gst_harness_new_parse(line.c_str());
        const std::string behind = std::string("video/x-raw,format=") + (made ? made : format);
        gst_harness_set_sink_caps_str(harness_, behind.c_str());
        gst_harness_set_src_caps(harness_, gst_video_info_to_caps(&info_));
        buffer_.reset(picture(info_));
        run(kWarmUp);
    }
    ~Contestant() { gst_harness_teardown(harness_); }
    Contestant(const Contestant&) = delete;
    Contestant& operator=(const Contestant&) = delete;

    void measure() { results_.push_back(run(kFrames)); }
    double median() {
        std::sort(results_.begin(), results_.end());
        return results_[results_.size() / 2];
    }

    const std::string name;

private:
    /// What works in place gets the same picture back, again and again.
    double run(int frames) {
        double spent = 0;
        for (int i = 0; i < frames; ++i) {
            GST_BUFFER_PTS(buffer_.get()) = static_cast<GstClockTime>(count_++) * 40 * GST_MSECOND;
            GstBuffer* given = made_ ? gst_buffer_ref(buffer_.get()) : buffer_.release();
            const double begin = cpu_milliseconds();
            GstBuffer* taken = gst_harness_push_and_pull(harness_, given);
            spent += cpu_milliseconds() - begin;
            if (!taken) {
                std::fprintf(stderr, "%s gives nothing\n", name.c_str());
                std::exit(1);
            }
            made_ ? gst_buffer_unref(taken) : buffer_.reset(taken);
        }
        return spent / frames;
    }

    GstVideoInfo info_;
    bool made_;
    GstHarness* harness_;
    Owned<GstBuffer> buffer_;
    int count_ = 0;
    std::vector<double> results_;
};

bool exists(const char* factory) {
    const Owned<GstElementFactory> found(gst_element_factory_find(factory));
    return static_cast<bool>(found);
}

/// Of the elements whose launch line has `part` in it.
void race(const char* format, const std::string& part) {
    std::vector<std::unique_ptr<Contestant>> all;
    const auto add = [&](const std::string& line, const char* made = nullptr) {
        if (all.empty() || line.find(part) != std::string::npos)
            all.push_back(std::make_unique<Contestant>(line, format, made));
    };
    add("videobalance saturation=0.5 contrast=1.1");
    add("maskoverlay");
    add("maskoverlay effect=blur effect-on=background ids=false labels=false");
    add("maskoverlay effect=pixelate effect-on=background ids=false labels=false");
    add("maskoverlay effect=blur ids=false labels=false");
    add("maskoverlay effect=solid ids=false labels=false");
    add("maskoverlay output=matte", format[0] == 'B' ? "BGRA" : "AYUV");
    add("maskoverlay output=matte edge-smooth=0", format[0] == 'B' ? "BGRA" : "AYUV");
    add("maskoverlay output=mask", "GRAY8");
    if (exists("segmentationoverlay"))
        add("segmentationoverlay");
    for (int round = 0; round < kRounds; ++round)
        for (const auto& contestant : all)
            contestant->measure();
    const double yardstick = all.front()->median();
    std::printf("%s, %d x %d\n", format, kWidth, kHeight);
    for (const auto& contestant : all)
        std::printf("  %7.2f ms  %6.2f of videobalance  %s\n", contestant->median(), contestant->median() / yardstick,
                    contestant->name.c_str());
}

/// It knows AYUV only.
void race_blur() {
    if (!exists("gaussianblur"))
        return;
    Contestant blur("gaussianblur sigma=6", "AYUV", "AYUV");
    blur.measure();
    std::printf("AYUV, %d x %d\n  %7.2f ms  gaussianblur sigma=6, all of the picture, one run\n", kWidth, kHeight,
                blur.median());
}

}  // namespace

int main(int argc, char** argv) {
    gst_init(&argc, &argv);
    const std::string part = argc > 1 ? argv[1] : "";
    for (const char* format : {"NV12", "I420", "BGRx"})
        race(format, part);
    if (part.empty())
        race_blur();
    return 0;
}
