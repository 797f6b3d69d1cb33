// SPDX-License-Identifier: MIT
// How much of the objects is hidden, on the DAVIS validation videos whose true masks are known, for some values of `dilate`:
// with nothing shown to the model, and with the object shown by its box on the first picture. Reads
// $AUSM_TEST_DATA/val/davis6; nothing is measured without it.
#include "component.h"
#include "gst/raii.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using ausm::gst::Owned;

constexpr const char* kDilates[] = {"0", "0.01", "0.02", "0.05", "0.1"};
constexpr int kHidden = 100;  // darker than this: what shows is white

struct Grey {
    int width = 0, height = 0;
    std::vector<guint8> pixels;
};

Grey grey(GstSample* sample) {
    GstVideoInfo info;
    gst_video_info_from_caps(&info, gst_sample_get_caps(sample));
    return {info.width, info.height, ausm::test::component(sample, 0)};
}

class Run {
public:
    explicit Run(const std::string& line) : pipeline_(gst_parse_launch(line.c_str(), nullptr)) {
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    }
    ~Run() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// Empty at the end.
    Grey next(const std::string& sink) const {
        const Owned<GstElement> element(gst_bin_get_by_name(GST_BIN(pipeline_.get()), sink.c_str()));
        const Owned<GstSample> sample(gst_app_sink_pull_sample(GST_APP_SINK(element.get())));
        return sample ? grey(sample.get()) : Grey{};
    }

private:
    Owned<GstElement> pipeline_;
};

std::vector<Grey> true_masks(const std::string& folder) {
    const Run run(
        "multifilesrc location=" + folder +
        "/%05d.png caps=image/png,framerate=25/1 ! pngdec ! videoconvert ! video/x-raw,format=GRAY8 ! appsink "
        "name=mask sync=false");
    std::vector<Grey> masks;
    for (Grey mask = run.next("mask"); mask.width > 0; mask = run.next("mask"))
        masks.push_back(std::move(mask));
    return masks;
}

/// As the property "box" wants it.
std::string box_of(const Grey& mask) {
    int left = mask.width, top = mask.height, right = 0, bottom = 0;
    for (int y = 0; y < mask.height; ++y)
        for (int x = 0; x < mask.width; ++x)
            if (mask.pixels[static_cast<std::size_t>(y * mask.width + x)] > 127) {
                left = std::min(left, x);
                right = std::max(right, x + 1);
                top = std::min(top, y);
                bottom = std::max(bottom, y + 1);
            }
    const auto share = [](int pixel, int size) { return std::to_string(static_cast<double>(pixel) / size); };
    return share(left, mask.width) + "," + share(top, mask.height) + "," + share(right, mask.width) + "," +
           share(bottom, mask.height);
}

struct Sums {
    double object = 0, hidden = 0, other = 0, wrongly = 0;  ///< pixels
    int pictures = 0, bad = 0;                              ///< bad: less than half of the object is hidden

    void add(const Grey& mask, const Grey& drawn) {
        double here = 0, covered = 0;
        for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
            const bool is_object = mask.pixels[i] > 127, is_hidden = drawn.pixels[i] < kHidden;
            here += is_object;
            covered += is_object && is_hidden;
            other += !is_object;
            wrongly += !is_object && is_hidden;
        }
        object += here;
        hidden += covered;
        ++pictures;
        bad += here > 0 && covered < here / 2;
    }
    void add(const Sums& more) {
        object += more.object;
        hidden += more.hidden;
        other += more.other;
        wrongly += more.wrongly;
        pictures += more.pictures;
        bad += more.bad;
    }
    void print(const char* name, const char* dilate) const {
        std::printf(
            "  %-12s dilate=%-5s hidden of the object %5.1f %%, of all else %5.1f %%, less than half of it in "
            "%3d of %3d pictures\n",
            name, dilate, 100 * hidden / object, 100 * wrongly / other, bad, pictures);
    }
};

using AllSums = std::array<Sums, std::size(kDilates)>;

AllSums measure(const std::string& pictures, const std::vector<Grey>& masks, const std::string& prompt) {
    std::string line =
        "multifilesrc location=" + pictures +
        "/%05d.jpg caps=image/jpeg,framerate=25/1 ! jpegdec ! videoconvert ! video/x-raw,format=I420 ! " + prompt +
        "ausmsegment ! videobalance contrast=0 brightness=1 ! tee name=t ";
    for (std::size_t i = 0; i < std::size(kDilates); ++i)
        line += "t. ! queue ! maskoverlay effect=solid edge-smooth=0 ids=false labels=false dilate=" +
                std::string(kDilates[i]) + " ! videoconvert ! video/x-raw,format=GRAY8 ! appsink sync=false name=sink" +
                std::to_string(i) + " ";
    const Run run(line);
    AllSums sums;
    for (const Grey& mask : masks)
        for (std::size_t i = 0; i < std::size(kDilates); ++i)
            if (const Grey drawn = run.next("sink" + std::to_string(i)); drawn.pixels.size() == mask.pixels.size())
                sums[i].add(mask, drawn);
    return sums;
}

}  // namespace

int main(int argc, char** argv) {
    gst_init(&argc, &argv);
    const char* data = std::getenv("AUSM_TEST_DATA");
    const std::filesystem::path root = std::filesystem::path(data ? data : "") / "val/davis6";
    if (!data || !std::filesystem::is_directory(root)) {
        std::puts("There is no $AUSM_TEST_DATA/val/davis6: nothing is measured.");
        return 77;
    }
    for (const bool shown : {false, true}) {
        std::puts(shown ? "the object's box shown on the first picture" : "nothing shown");
        AllSums all;
        for (const char* name : {"blackswan", "bmx-trees", "car-shadow", "dance-twirl", "dog", "parkour"}) {
            const auto masks = true_masks((root / "Annotations/480p" / name).string());
            if (masks.empty())
                return 1;
            const auto sums = measure((root / "JPEGImages/480p" / name).string(), masks,
                                      shown ? "ausmprompt box=" + box_of(masks.front()) + " ! " : "");
            for (std::size_t i = 0; i < all.size(); ++i) {
                sums[i].print(name, kDilates[i]);
                all[i].add(sums[i]);
            }
        }
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i].print("all", kDilates[i]);
    }
    return 0;
}
