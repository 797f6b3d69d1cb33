// SPDX-License-Identifier: MIT
// Seconds and operations of the phases beside a matrix product of the same precision in the same run, and how many
// kernels a frame launches.
#include "network.h"

#include "nn/flops.h"
#include "session/cuda_backend.h"
#include "session/net_plan.h"

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAStream.h>

namespace ausm::gpu {
namespace {

constexpr std::int64_t kHeight = 256, kWidth = 448;

void wait_for(const at::Device& device) {
    if (device.is_cuda())
        check_cuda(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
}

/// The peak that shares refer to. Random numbers: a GPU is faster on zeros and ones, which cost it less power.
void time_product(const Target& target, at::ScalarType dtype, Figures& figures) {
    const std::int64_t side = target.quick ? 256 : 4096;
    constexpr int kRounds = 5, kCalls = 10;
    const auto options = at::TensorOptions(target.device).dtype(dtype);
    const auto a = at::randn({side, side}, options), b = at::randn({side, side}, options);
    std::vector<double> seconds;
    for (int round = 0; round <= kRounds; ++round) {
        wait_for(target.device);
        const double begin = seconds_now();
        for (int call = 0; call < kCalls; ++call)
            static_cast<void>(at::mm(a, b));
        wait_for(target.device);
        if (round > 0)  // the first warms up
            seconds.push_back((seconds_now() - begin) / kCalls);
    }
    const auto n = static_cast<double>(side);
    figures.time("at::mm " + std::to_string(side) + "^3, " + name_of(dtype), median(seconds), 2 * n * n * n);
}

void time_step(const Target& target, const AusmNet& net, NetRunner& runner, int streams, std::int64_t objects,
               Figures& figures) {
    const int warm_up = target.quick ? 1 : 6, count = target.quick ? 2 : 40;
    const std::int64_t height = target.quick ? 64 : kHeight, width = target.quick ? 96 : kWidth;
    std::vector<NetStream> batch;
    for (int stream = 0; stream < streams; ++stream) {
        batch.push_back(first_frame(net, height, width, objects, stream));
        batch.back().input.images = batch.back().input.images.to(target.device);
    }
    std::vector<double> encode, compress, decode, wall;
    for (int i = 0; i < warm_up + count; ++i) {
        const double begin = seconds_now();
        step(runner, batch);
        if (i < warm_up)
            continue;
        wall.push_back(seconds_now() - begin);
        const auto& times = batch[0].answer.times;
        encode.push_back(times.encode), compress.push_back(times.compress), decode.push_back(times.decode);
    }
    const auto cost = network_cost(net.config(), height, width, objects);
    const auto what = ", " + name_of(net.dtype()) + ", " + std::to_string(streams) + " streams of " +
                      std::to_string(objects) + " objects";
    figures.time("encode" + what, median(encode), streams * cost.flops(Phase::kEncode));
    figures.time("compress" + what, median(compress), streams * cost.flops(Phase::kCompress));
    figures.time("decode" + what, median(decode), streams * cost.flops(Phase::kDecode));
    figures.time("network" + what, median(wall), streams * cost.flops());
}

/// Nodes of a graph that are kernels, and all of them.
std::pair<int, int> nodes_of(cudaGraph_t graph) {
    std::size_t count = 0;
    check_cuda(cudaGraphGetNodes(graph, nullptr, &count), "cudaGraphGetNodes");
    std::vector<cudaGraphNode_t> nodes(count);
    check_cuda(cudaGraphGetNodes(graph, nodes.data(), &count), "cudaGraphGetNodes");
    int kernels = 0;
    for (auto* node : nodes) {
        auto type = cudaGraphNodeTypeEmpty;
        check_cuda(cudaGraphNodeGetType(node, &type), "cudaGraphNodeGetType");
        kernels += type == cudaGraphNodeTypeKernel ? 1 : 0;
    }
    return {kernels, static_cast<int>(count)};
}

/// What a part of a frame launches, seen by capturing it; the engine captures the phases in the same way.
void count_part(const std::string& what, const std::function<void()>& part, Report& report, Figures& figures) {
    at::cuda::CUDAGraph graph(/*keep_graph=*/true);
    std::string error;
    graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    const auto noted = [&](const auto& work) {
        try {
            work();
        } catch (const c10::Error& failure) {
            error = failure.what_without_backtrace();
        }
    };
    noted(part);
    noted([&] { graph.capture_end(); });
    report.expect(error.empty() ? what + " can be captured" : what + ": " + error, error.empty());
    if (!error.empty())
        return;
    const auto [kernels, all] = nodes_of(graph.raw_cuda_graph());
    figures.value(what, kernels, "kernels");
    figures.value(what + ", with copies and fills", all, "launches");
}

void count_launches(const Target& target, const AusmNet& net, std::int64_t objects, Report& report, Figures& figures) {
    const auto what = ", " + name_of(net.dtype()) + ", " + std::to_string(objects) + " objects";
    report.enter("launches" + what);
    std::vector<NetInput> batch{first_frame(net, kHeight, kWidth, objects, 0).input};
    batch[0].images = batch[0].images.to(target.device, net.dtype());
    NetPlan plan(net, NetPlanKey::of(batch, net.config()));
    plan.load(batch);
    for (const auto& phase : plan.phases())
        phase();
    plan.copy_out(batch);
    wait_for(target.device);
    count_part(
        "copies in" + what, [&] { plan.load(batch); }, report, figures);
    const std::array<std::string, 3> names{"encode", "compress", "decode"};
    for (std::size_t i = 0; i < names.size(); ++i)
        count_part(names[i] + what, plan.phases()[i], report, figures);
    count_part(
        "copies out" + what, [&] { plan.copy_out(batch); }, report, figures);
}

}  // namespace

void time_phases(const Target& target, Report& report, Figures& figures) {
    for (const auto dtype : precisions_of(target)) {
        time_product(target, dtype, figures);
        const auto net = make_net(target, dtype, target.device);
        const auto runner = make_runner(*net);
        for (const std::int64_t objects : {1, 8, 64})
            time_step(target, *net, *runner, 1, objects, figures);
        time_step(target, *net, *runner, 4, 1, figures);
        time_step(target, *net, *runner, target.quick ? 2 : 16, 1, figures);
        if (target.on_gpu()) {
            count_launches(target, *net, 1, report, figures);
            count_launches(target, *net, 0, report, figures);
        }
        time_product(target, dtype, figures);
    }
    report.enter("");
    report.expect("timed", true);
}

}  // namespace ausm::gpu
