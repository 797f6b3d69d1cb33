// SPDX-License-Identifier: MIT
// What CUDA graphs must survive: plans that make room for others, memory that is handed out again, recordings that fail.
#include "network.h"
#include "network_video.h"

#include "session/cuda_graphs.h"
#include "session/recorded.h"

#include <ATen/ATen.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>

namespace ausm::gpu {
namespace {

constexpr int kRuns = 4;  // two operation by operation, one that records, one that only replays

/// The first frame of a stream at one of the sizes.
NetStream stream_of(const AusmNet& net, std::int64_t size) {
    return first_frame(net, 64 + 32 * (size / 5), 64 + 32 * (size % 5), 2, 0);
}

NetAnswer stepped(NetRunner& runner, std::int64_t size, int runs) {
    NetStream stream;
    for (int run = 0; run < runs; ++run) {
        stream = stream_of(runner.net(), size);
        step(runner, stream);
    }
    return stream.answer;
}

/// On a GPU the last step must have been launched so.
void expect_launched(const Target& target, Report& report, const std::string& what, const NetAnswer& answer,
                     const std::string& text) {
    if (target.on_gpu())
        report.expect(what + ": " + (answer.graphs == text ? text : "'" + answer.graphs + "' instead of " + text),
                      answer.graphs == text);
}

void make_room(const Target& target, const AusmNet& net, Report& report) {
    report.enter("two plans stay while others come and go");
    const std::int64_t others = target.quick ? 2 : 6;
    const auto runner = make_runner(net, {.plans = 3, .idle = 0});
    const std::array<NetAnswer, 2> first{stepped(*runner, 0, kRuns), stepped(*runner, 1, kRuns)};
    for (std::int64_t other = 2; other < 2 + others; ++other) {
        const auto what = "beside size " + std::to_string(other);
        expect_launched(target, report, what + " itself", stepped(*runner, other, kRuns), "replayed");
        const Rubbish rubbish(net);
        for (std::int64_t size : {0, 1}) {
            const auto again = stepped(*runner, size, 1);
            const auto which = what + ", size " + std::to_string(size);
            expect_launched(target, report, which, again, "replayed");
            report.expect(which + ": equal bits", equal_bits(again, first[static_cast<std::size_t>(size)]));
        }
    }
}

/// A size that finds no room is launched operation by operation, and right.
void no_room(const Target& target, const AusmNet& net, Report& report) {
    report.enter("more sizes than there is room for");
    const auto runner = make_runner(net, {.plans = 1}), roomy = make_runner(net, {});
    stepped(*runner, 0, kRuns);
    const auto guest = stepped(*runner, 1, kRuns);
    expect_launched(target, report, "the second size", guest, "no: there is no room for it");
    report.expect("the second size: equal bits", equal_bits(guest, stepped(*roomy, 1, kRuns)));
    expect_launched(target, report, "the first size", stepped(*runner, 0, 1), "replayed");
}

/// Three phases, one of which waits for the device: that cannot be recorded.
class Phases {
public:
    static constexpr int kNone = -1;

    Phases(const at::Device& device, int waiting) : device_(device.index()) {
        ones_ = at::ones({kSide, kSide}, at::TensorOptions(device));
        phases_ = {[this] { product_ = at::mm(ones_, ones_); }, [this] { sum_ = product_ + 1; },
                   [this] { result_ = at::mm(sum_, ones_); }};
        if (waiting != kNone) {
            auto& phase = phases_[static_cast<std::size_t>(waiting)];
            phase = [this, work = phase] {
                work();
                static_cast<void>(ones_[0][0].item<float>());
            };
        }
    }

    void run() {
        recorded_.run(
            phases_, true, [this] { return std::make_unique<CudaGraphs>(device_); }, [](std::size_t) {});
    }
    [[nodiscard]] bool is_right() const {
        return at::equal(result_, at::full_like(result_, static_cast<double>((kSide + 1) * kSide)));
    }
    [[nodiscard]] std::string text() const { return recorded_.text(); }

private:
    static constexpr std::int64_t kSide = 256;

    c10::DeviceIndex device_;
    at::Tensor ones_, product_, sum_, result_;
    std::array<std::function<void()>, 3> phases_;
    Recorded<CudaGraphs> recorded_;
};

double reserved_megabytes(const at::Device& device) {
    const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(device.index());
    return 1e-6 * static_cast<double>(stats.reserved_bytes[0].current);  // [0]: of all pools
}

/// Memory that one stream gives and another one uses, as every picture's: free again when both are done with it.
void use_on_two_streams(const at::Device& device, int times, std::int64_t megabytes) {
    const auto here = c10::cuda::getCurrentCUDAStream(device.index());
    const auto other = c10::cuda::getStreamFromPool(false, device.index());
    for (int time = 0; time < times; ++time) {
        at::Tensor block;
        {
            const c10::cuda::CUDAStreamGuard guard(other);
            block = at::zeros({megabytes << 20}, at::TensorOptions(device).dtype(at::kByte));
        }
        c10::cuda::CUDACachingAllocator::recordStream(block.storage().data_ptr(), here);
        block = at::Tensor();
        check_cuda(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    }
}

void failed_recordings(const Target& target, Report& report, Figures& figures) {
    for (int waiting = 0; waiting < 3; ++waiting) {
        report.enter("phase " + std::to_string(waiting) + " cannot be recorded");
        Phases phases(target.device, waiting);
        bool right = true;
        for (int run = 0; run < 2 * kRuns; ++run) {
            phases.run();
            right = right && phases.is_right();
        }
        report.expect("every run is right", right);
        report.expect("it says so: " + phases.text(), phases.text().starts_with("no: "));
        const double before = reserved_megabytes(target.device);
        use_on_two_streams(target.device, 100, 4);
        const double more = reserved_megabytes(target.device) - before;
        report.compare("memory of two streams is free again: more MB", {more, 64.0, 1});
        figures.value("more memory after a failed recording", more, "MB");
        empty_cuda_cache();
        report.expect("random numbers", at::rand({8}, at::TensorOptions(target.device)).numel() == 8);
        Phases good(target.device, Phases::kNone);
        for (int run = 0; run < kRuns; ++run) {
            good.run();
            right = right && good.is_right();
        }
        report.expect("others are recorded", right && good.text() == "replayed");
    }
}

void session_tells(const Target& target, Report& report) {
    report.enter("what a stream says");
    const auto engine = open(target.weights, target.device.str(), Precision::kFloat32);
    Video video(PixelFormat::kNv12, 160, 96, 1);
    const auto session = engine->session({});
    Result result;
    for (int time = 0; time < kRuns; ++time)
        step(*session, video.frame(0), {}, result);
    const auto text = session->info().graphs;
    report.expect("'" + text + "'", text == (target.on_gpu() ? "replayed" : ""));
}

}  // namespace

void check_graphs(const Target& target, Report& report, Figures& figures) {
    const auto net = make_net(target, at::kFloat, target.device);
    make_room(target, *net, report);
    no_room(target, *net, report);
    session_tells(target, report);
    if (target.on_gpu())
        failed_recordings(target, report, figures);
}

}  // namespace ausm::gpu
