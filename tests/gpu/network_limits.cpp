// SPDX-License-Identifier: MIT
// What goes wrong on a GPU: memory that is too small, pictures on another GPU, GPUs that are not there.
#include "network.h"
#include "network_video.h"

#include <c10/cuda/CUDACachingAllocator.h>

namespace ausm::gpu {
namespace {

constexpr int kWidth = 640, kHeight = 360;

std::string message_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "";
}

/// The text that an error must have; what it says instead is shown.
void expect_says(Report& report, const std::string& message, const std::string& text) {
    report.expect(message.find(text) == std::string::npos ? "says '" + message + "' instead of '" + text + "'" : text,
                  message.find(text) != std::string::npos);
}

/// LibTorch's memory, held at what it has now and `megabytes` more while this lives.
class MemoryLimit {
public:
    MemoryLimit(const at::Device& device, double megabytes) : device_(device.index()) {
        using namespace c10::cuda::CUDACachingAllocator;
        emptyCache();
        std::size_t free = 0, total = 0;
        check_cuda(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
        const auto reserved = getDeviceStats(device_).reserved_bytes[0].current;  // [0]: of all pools
        setMemoryFraction((static_cast<double>(reserved) + 1e6 * megabytes) / static_cast<double>(total), device_);
    }
    MemoryLimit(const MemoryLimit&) = delete;
    MemoryLimit& operator=(const MemoryLimit&) = delete;
    ~MemoryLimit() { c10::cuda::CUDACachingAllocator::setMemoryFraction(1.0, device_); }

private:
    c10::DeviceIndex device_;
};

bool equal_maps(const Result& a, const Result& b) {
    bool equal = a.map == b.map && a.objects.size() == b.objects.size();
    for (std::size_t i = 0; equal && i < a.objects.size(); ++i)
        equal = a.objects[i].id == b.objects[i].id;
    return equal;
}

/// A stream that failed on one frame goes on as if that frame had never come.
void out_of_memory(const Target& target, Engine& engine, const std::string& what, double megabytes, Report& report) {
    constexpr int kLargest = 2048;  // the short side: 64 times the pixels of the default
    report.enter("out of memory " + what);
    Video video(PixelFormat::kNv12, kWidth, kHeight, 10);
    const auto failing = engine.session({}), spared = engine.session({});
    Result got, wanted;
    for (int time = 0; time < 5; ++time) {
        step(*failing, video.frame(time), Video::boxes(time == 0 ? 2 : 0), got);
        step(*spared, video.frame(time), Video::boxes(time == 0 ? 2 : 0), wanted);
    }
    SessionOptions large;
    large.inference_size = kLargest;
    failing->configure(large);
    {
        const MemoryLimit limit(target.device, megabytes);
        expect_says(report, message_of([&] { step(*failing, video.frame(5), {}, got); }), "not enough memory");
        failing->configure({});
        expect_says(report, message_of([&] { step(*failing, video.frame(6), {}, got); }) + "goes on", "goes on");
    }
    step(*spared, video.frame(6), {}, wanted);
    report.expect("objects and map as if nothing had happened", equal_maps(got, wanted));
    failing->configure(large);
    expect_says(report, message_of([&] { step(*failing, video.frame(7), {}, got); }) + "fits again", "fits again");
}

void foreign_frames(const Target& target, Engine& engine, Report& report) {
    report.enter("pictures that cannot be read");
    Video video(PixelFormat::kNv12, kWidth, kHeight, 1);
    const auto session = engine.session({});
    Result result;
    auto foreign = video.frame(0);
    foreign.memory = MemoryKind::kCuda;
    foreign.device = 7;
    expect_says(report, message_of([&] { step(*session, foreign, {}, result); }),
                target.on_gpu() ? "the frame is on cuda:7" : "need device=cuda");
    step(*session, video.frame(0), Video::boxes(1), result);
    report.expect("the stream goes on after " + target.device.str() + " refused it", result.objects.size() == 1);
}

}  // namespace

void check_limits(const Target& target, Report& report, Figures& figures) {
    report.enter("GPUs that are not there");
    const auto absent = message_of([&] { static_cast<void>(open(target.weights, "cuda:63", Precision::kAuto)); });
    expect_says(report, absent, "use device=cpu");
    const auto engine = open(target.weights, target.device.str(), Precision::kAuto);
    foreign_frames(target, *engine, report);
    if (!target.on_gpu())
        return;
    out_of_memory(target, *engine, "in the network", 300, report);
    out_of_memory(target, *engine, "in the upload", 4, report);
    figures.value("streams that went on after an error", 3, "of 3");
}

}  // namespace ausm::gpu
