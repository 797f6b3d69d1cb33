// SPDX-License-Identifier: MIT
// Streams that come and go beside one that stays: what the process holds at the end is what it held at the beginning.
#include "process_figures.h"

#include "gst/raii.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace ausm::endurance {
namespace {

using gst::Owned;

constexpr double kAllowed = 0.02;  // growth of the resident memory from the second tenth of the cycles to the last
constexpr const char* kSource = "videotestsrc pattern=ball ! video/x-raw,format=I420,width=96,height=64,framerate=25/1";

/// Frames at a sink, for somebody who waits for them. Thread-safe.
class Frames {
public:
    void watch(GstElement* sink) {
        const Owned<GstPad> pad(gst_element_get_static_pad(sink, "sink"));
        const auto count = [](GstPad*, GstPadProbeInfo*, gpointer data) {
            auto* self = static_cast<Frames*>(data);
            const std::lock_guard lock(self->mutex_);
            ++self->count_;
            self->changed_.notify_all();
            return GST_PAD_PROBE_OK;
        };
        gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, +count, this, nullptr);
    }
    void wait_for_more(int more, const char* what) {
        std::unique_lock lock(mutex_);
        const long wanted = count_ + more;
        if (!changed_.wait_for(lock, std::chrono::minutes(1), [&] { return count_ >= wanted; }))
            throw std::runtime_error(std::string(what) + ": no frames for a minute");
    }

private:
    std::mutex mutex_;  // guards count_
    std::condition_variable changed_;
    long count_ = 0;
};

GstElement* made(GstElement* element) {
    if (!element)
        throw std::runtime_error("an element is missing: videotestsrc, fakesink or ausmsegment");
    return element;
}

/// The pipeline with the stream that stays.
class Scene {
public:
    Scene() {
        const std::string launch =
            std::string(kSource) + " ! ausmsegment name=segment inference-size=64 latency=0 ! fakesink name=sink";
        pipeline_.reset(made(gst_parse_launch(launch.c_str(), nullptr)));
        segment_.reset(made(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "segment")));
        const Owned<GstElement> sink(made(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "sink")));
        steady_.watch(sink.get());
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    }
    ~Scene() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    /// A second stream comes, has frames, and goes in the middle of the next ones.
    void cycle() {
        Frames frames;
        auto* bin = GST_BIN(pipeline_.get());
        auto* source = made(gst_parse_bin_from_description(kSource, TRUE, nullptr));
        auto* sink = made(gst_element_factory_make("fakesink", nullptr));
        frames.watch(sink);
        gst_bin_add_many(bin, source, sink, nullptr);
        const Owned<GstPad> pad(gst_element_request_pad_simple(segment_.get(), "sink_%u"));
        if (!pad)
            throw std::runtime_error("no pad");
        const std::string name = GST_PAD_NAME(pad.get());
        if (!gst_element_link_pads(segment_.get(), ("src" + name.substr(4)).c_str(), sink, "sink") ||
            !gst_element_link_pads(source, "src", segment_.get(), name.c_str()))
            throw std::runtime_error("no link");
        gst_element_sync_state_with_parent(sink);
        gst_element_sync_state_with_parent(source);
        frames.wait_for_more(3, "a stream that came");
        gst_element_release_request_pad(segment_.get(), pad.get());
        gst_element_set_state(source, GST_STATE_NULL);
        gst_element_set_state(sink, GST_STATE_NULL);
        gst_bin_remove_many(bin, source, sink, nullptr);
        steady_.wait_for_more(1, "the stream that stays");
    }
    /// Throws what the pipeline complains of; a source whose pad was released ends with an error of its own.
    void check() const {
        const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
        while (GstMessage* next = gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR)) {
            const Owned<GstMessage> message(next);
            if (GST_MESSAGE_SRC(next) != GST_OBJECT(segment_.get()))
                continue;
            GError* raw = nullptr;
            gst_message_parse_error(next, &raw, nullptr);
            const Owned<GError> error(raw);
            throw std::runtime_error(error->message);
        }
    }

private:
    Frames steady_;
    Owned<GstElement> pipeline_, segment_;
};

struct Held {
    double megabytes = 0;
    std::int64_t descriptors = 0;
};

/// Of one tenth of the cycles: the median of the memory, the most descriptors.
Held tenth(const std::vector<Held>& all, std::size_t which) {
    std::vector<double> megabytes;
    Held held;
    for (std::size_t i = all.size() * which / 10; i < all.size() * (which + 1) / 10; ++i) {
        megabytes.push_back(all[i].megabytes);
        held.descriptors = std::max(held.descriptors, all[i].descriptors);
    }
    std::ranges::nth_element(megabytes, megabytes.begin() + static_cast<std::ptrdiff_t>(megabytes.size() / 2));
    held.megabytes = megabytes[megabytes.size() / 2];
    return held;
}

int run(int cycles) {
    Scene scene;
    std::vector<Held> all(static_cast<std::size_t>(cycles));  // touched now, so that it does not look like growth later
    for (Held& held : all) {
        scene.cycle();
        scene.check();
        held = {resident_megabytes(), open_descriptors()};
    }
    const Held second = tenth(all, 1), last = tenth(all, 9);
    std::printf("%d streams came and went\n", cycles);
    std::printf("resident MB  second tenth %8.1f, last tenth %8.1f, ratio %.4f\n", second.megabytes, last.megabytes,
                last.megabytes / second.megabytes);
    std::printf("descriptors  second tenth %8lld, last tenth %8lld\n", static_cast<long long>(second.descriptors),
                static_cast<long long>(last.descriptors));
    const bool flat = second.megabytes > 0 && last.megabytes <= second.megabytes * (1 + kAllowed) &&
                      second.descriptors > 0 && last.descriptors <= second.descriptors;
    if (!flat)
        std::printf("TOO MUCH, or a figure is missing\n");
    return flat ? 0 : 1;
}

}  // namespace
}  // namespace ausm::endurance

int main(int argc, char** argv) {
    gst_init(&argc, &argv);
    const int cycles = argc > 1 ? std::atoi(argv[1]) : 50;
    if (cycles < 20) {
        std::fprintf(stderr, "usage: %s [CYCLES], 20 or more (50)\n", argv[0]);
        return 2;
    }
    try {
        return ausm::endurance::run(cycles);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "pad_cycles: %s\n", error.what());
        return 1;
    }
}
