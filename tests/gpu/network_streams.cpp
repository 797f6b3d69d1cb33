// SPDX-License-Identifier: MIT
// Frames per second through the engine: a long stream whose end must be as fast as its beginning and take no more
// memory, many streams side by side, many objects.
#include "network.h"
#include "network_video.h"

#include <unistd.h>
#include <barrier>
#include <exception>
#include <thread>

namespace ausm::gpu {
namespace {

constexpr int kWidth = 1280, kHeight = 720, kPictures = 10;

double host_megabytes() {
    std::ifstream file("/proc/self/statm");
    double total = 0, resident = 0;
    file >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) * 1e-6;
}

/// Of the whole GPU; 0 without one.
double device_megabytes(const Target& target) {
    std::size_t free = 0, total = 0;
    if (target.on_gpu())
        check_cuda(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    return static_cast<double>(total - free) * 1e-6;
}

/// `streams` sessions in threads of their own, all with `objects`; returns frames per second of all together.
double frames_per_second(const Target& target, Engine& engine, int streams, int objects, bool device_memory) {
    const int warm_up = target.quick ? 1 : 40, count = target.quick ? 2 : streams > 4 ? 200 : 400;
    std::barrier gate(streams + 1);
    std::vector<std::exception_ptr> errors(static_cast<std::size_t>(streams));
    std::vector<std::thread> threads;
    for (int stream = 0; stream < streams; ++stream)
        threads.emplace_back([&, stream] {
            try {
                Video video(PixelFormat::kNv12, kWidth, kHeight, target.quick ? 1 : kPictures);
                const auto session = engine.session({});
                Result result;
                const auto next = [&](int time) {
                    const auto frame = device_memory ? video.device_frame(time) : video.frame(time);
                    step(*session, frame, Video::boxes(time == 0 ? objects : 0), result);
                };
                for (int time = 0; time < warm_up; ++time)
                    next(time);
                gate.arrive_and_wait();
                for (int time = warm_up; time < warm_up + count; ++time)
                    next(time);
            } catch (...) {
                errors[static_cast<std::size_t>(stream)] = std::current_exception();
                gate.arrive_and_drop();
            }
        });
    gate.arrive_and_wait();
    const double begin = seconds_now();
    for (auto& thread : threads)
        thread.join();
    const double seconds = seconds_now() - begin;
    for (const auto& error : errors)
        if (error)
            std::rethrow_exception(error);
    return streams * count / seconds;
}

}  // namespace

void time_streams(const Target& target, Report& report, Figures& figures) {
    report.enter("");
    const std::string size = " of " + std::to_string(kWidth) + "x" + std::to_string(kHeight);
    for (const auto dtype : precisions_of(target)) {
        const auto engine = open(target.weights, target.device.str(),
                                 dtype == at::kFloat ? Precision::kFloat32 : Precision::kBfloat16, 16);
        const auto measure = [&](int streams, int objects, bool device_memory) {
            const double rate = frames_per_second(target, *engine, streams, objects, device_memory);
            figures.value(name_of(dtype) + ", " + std::to_string(streams) + " streams of " + std::to_string(objects) +
                              " objects" + (device_memory ? ", pictures in device memory" : ""),
                          rate, "frames" + size + " per second");
            report.expect("frames pass", rate > 0);
        };
        for (const int objects : {1, 8, 64})
            measure(1, objects, false);
        for (const int streams : {2, 4, 8, 16})
            if (!target.quick || streams == 2)
                measure(streams, 1, false);
        if (target.on_gpu()) {
            measure(1, 1, true);
            measure(target.quick ? 2 : 16, 1, true);
        }
    }
}

void time_course(const Target& target, Report& report, Figures& figures) {
    const int frames = target.quick ? 20 : 10000, part = frames / 10;
    const auto engine = open(target.weights, target.device.str(), Precision::kAuto);
    Video video(PixelFormat::kNv12, kWidth, kHeight, target.quick ? 1 : kPictures);
    const auto session = engine->session({});
    Result result;
    std::vector<double> seconds, medians, device, host;
    for (int time = 0; time < frames; ++time) {
        const double begin = seconds_now();
        step(*session, video.frame(time), Video::boxes(time == 0 ? 1 : 0), result);
        seconds.push_back(seconds_now() - begin);
        if ((time + 1) % part != 0)
            continue;
        const auto what = "frames up to " + std::to_string(time + 1);
        medians.push_back(median(seconds));
        device.push_back(device_megabytes(target));
        host.push_back(host_megabytes());
        seconds.clear();
        figures.time(what, medians.back(), 0);
        figures.value(what + ", memory of the GPU", device.back(), "MB");
        figures.value(what + ", memory of the host", host.back(), "MB");
    }
    report.enter("last tenth of " + std::to_string(frames) + " frames against the second tenth");
    // Other work on the host moves a median by some percent; what grows with every frame moves it by more.
    report.compare("time", {medians.back() / medians[1], target.quick ? 10 : 1.15, 1});
    report.compare("memory of the GPU, more MB", {device.back() - device[1], 32.0, 1});
    report.compare("memory of the host, more MB", {host.back() - host[1], target.quick ? 200.0 : 32.0, 1});
    report.expect("the object lives on", result.objects.size() == 1);
}

}  // namespace ausm::gpu
