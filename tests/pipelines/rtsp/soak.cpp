// SPDX-License-Identifier: MIT
// Reconnects and frames without end: the service holds at the end what it held at the beginning, and an object keeps its
// id. usage: soak RECONNECTS FRAMES
#include "fake_camera.h"
#include "scene.h"
#include "service.h"
#include "viewer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace ausm::test {
namespace {

constexpr double kAllowed = 0.02;  // growth of the resident memory from the second tenth to the last

struct Held {
    double memory = 0, descriptors = 0, threads = 0;
};

void require(bool good, const std::string& what) {
    if (!good)
        throw std::runtime_error(what);
}

/// Middle values of the rounds from `first` up to `end`.
Held middle(const std::vector<Held>& rounds, std::size_t first, std::size_t end) {
    const auto median = [&](double Held::*member) {
        std::vector<double> values;
        for (std::size_t i = first; i < end; ++i)
            values.push_back(rounds[i].*member);
        std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
        return values[values.size() / 2];
    };
    return {median(&Held::memory), median(&Held::descriptors), median(&Held::threads)};
}

/// The camera dies and comes back, and sends so many frames; somebody watches all the time.
Held reconnect(FakeCamera& camera, const Service& service, const Viewer& viewer, int round, double frames) {
    camera.die();
    require(service.wait_for("input-failed", {}, round), "the loss is not noticed");
    camera.live();
    require(service.wait_for("input-plays", {}, round + 1), "the camera is not read again");
    const std::string segmented = figure("frames_segmented_total");
    require(service.wait_for_metric(segmented, service.metric(segmented) + frames, 600), "frames are missing");
    require(viewer.next(5).any, "the viewer sees nothing");
    require(service.objects() == "1", "the object is lost: " + service.objects());
    return {service.metric("process_resident_memory_bytes"), service.metric("process_open_fds"),
            service.metric("process_threads")};
}

void soak(int reconnects, int frames) {
    const Folder folder;
    FakeCamera camera({160, 120, 100, "", ""});
    Service service(folder.write("c.json", one_camera(camera.url(), kBox, R"("forget-after":600)")));
    require(service.wait_for("object", {"appeared"}), "the object is not there");
    const Viewer viewer(service.url("/yard"));
    std::vector<Held> rounds;
    for (int round = 1; round <= reconnects; ++round) {
        rounds.push_back(reconnect(camera, service, viewer, round, double(frames) / reconnects));
        if (round % std::max(1, reconnects / 10) == 0)
            std::printf("%d reconnects, %.0f frames: %.1f MB, %.0f descriptors, %.0f threads\n", round,
                        service.metric(figure("frames_segmented_total")), rounds.back().memory * 1e-6,
                        rounds.back().descriptors, rounds.back().threads);
        std::fflush(stdout);
    }
    require(service.count("object", {"appeared"}) == 1, "the object has appeared more than once");
    require(service.metric(figure("memory_forgotten_total")) == 0, "the memory was given up");
    const std::size_t tenth = rounds.size() / 10;
    const Held early = middle(rounds, tenth, 2 * tenth), late = middle(rounds, rounds.size() - tenth, rounds.size());
    std::printf("second tenth to last: memory %.4f times, descriptors %.0f and %.0f, threads %.0f and %.0f\n",
                late.memory / early.memory, early.descriptors, late.descriptors, early.threads, late.threads);
    require(late.memory < early.memory * (1 + kAllowed), "the memory has grown");
    require(late.descriptors <= early.descriptors, "there are more open descriptors");
    require(late.threads <= early.threads, "there are more threads");
    require(service.terminate() == 0, "the service has not ended well");
}

}  // namespace
}  // namespace ausm::test

int main(int argc, char** argv) {
    gst_init(&argc, &argv);
    if (argc != 3 || std::atoi(argv[1]) < 10 || std::atoi(argv[2]) < 1) {
        std::fprintf(stderr, "usage: soak RECONNECTS FRAMES, at least 10 reconnects\n");
        return EXIT_FAILURE;
    }
    try {
        ausm::test::soak(std::atoi(argv[1]), std::atoi(argv[2]));
        return EXIT_SUCCESS;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "soak: %s\n", failure.what());
        return EXIT_FAILURE;
    }
}
