// SPDX-License-Identifier: MIT
// The whole network and the engine on a GPU against the CPU: what the sections of gpu_network share. No test framework.
#pragma once

#include "check.h"
#include "net_stream.h"
#include "session/plan_cache.h"

#include <c10/core/InferenceMode.h>

#include <fstream>

namespace ausm::gpu {

using test::NetStream;

/// What is checked. Without a GPU the CPU stands in for it, with the same plans but without graphs, and with few and
/// small frames: the program then checks itself.
struct Target {
    at::Device device = at::kCPU;
    std::string weights;
    bool quick = false;  ///< few frames: for compute-sanitizer, and without a GPU
    [[nodiscard]] bool on_gpu() const { return device.is_cuda(); }
};

/// Numbers beside the comparisons: printed and written as they come, so that a timeout loses nothing.
class Figures {
public:
    Figures(std::string section, std::ofstream& tsv) : section_(std::move(section)), tsv_(tsv) {}
    void value(const std::string& what, double number, const std::string& unit);
    /// flops: multiplications and additions that the call computes; 0: does not matter.
    void time(const std::string& what, double seconds, double flops);

private:
    std::string section_;
    std::ofstream& tsv_;
};

/// One part of the program each; network_main.cpp lists them.
using SectionFunction = void(const Target&, Report&, Figures&);
SectionFunction compare_networks, compare_batches, compare_maps, compare_sessions, check_graphs, time_phases,
    time_course, time_streams, check_limits;

// ---- networks -----------------------------------------------------------------------------------------------------

std::unique_ptr<AusmNet> make_net(const Target& target, at::ScalarType dtype, at::Device device);
/// The network in float64 with weights that bfloat16 holds: what rounding the weights alone costs.
std::unique_ptr<AusmNet> make_rounded_net(const Target& target);
/// The engine's runner of a GPU; on the CPU its plans, phase by phase.
std::unique_ptr<NetRunner> make_runner(const AusmNet& net);
/// The same with another bound; on the CPU there is one plan.
std::unique_ptr<NetRunner> make_runner(const AusmNet& net, const PlanBound& bound);
/// The target's precisions: float32 and, where its hardware has it, bfloat16.
std::vector<at::ScalarType> precisions_of(const Target& target);
std::string name_of(at::ScalarType dtype);

struct Shape {
    std::vector<std::int64_t> objects;  ///< of every stream of the batch
    std::int64_t height = 0, width = 0;
    int frames = 0;
    [[nodiscard]] std::string text() const;
};

/// A picture of moving discs on a textured ground as the network's input: [1, 3, H, W] float32.
at::Tensor drawn_image(std::int64_t height, std::int64_t width, int time, int stream);
/// The first frame of a stream whose `count` objects are discs: image, state, marks.
NetStream first_frame(const AusmNet& net, std::int64_t height, std::int64_t width, std::int64_t count, int stream);
/// The next frame: the objects are where the last logits say.
void next_frame(NetStream& one, int time, int stream);
/// Copy of a state as `net` keeps it.
History history_for(const AusmNet& net, const History& history);

/// Presence, masks and state.
bool equal_bits(const NetAnswer& a, const NetAnswer& b);

/// Memory that LibTorch has free, handed out and filled with NaN while this lives: who still reads it shows it.
class Rubbish {
public:
    explicit Rubbish(const AusmNet& net);

private:
    std::vector<at::Tensor> blocks_;
};

// ---- how far a result is off ----------------------------------------------------------------------------------------

/// Distances of tensors from exact ones, each as a share of the exact one's root mean square.
class Deviation {
public:
    /// Row by row of the first dimension. Another shape, or a NaN, is infinitely far.
    void add(const at::Tensor& got, const at::Tensor& exact);
    [[nodiscard]] double typical() const;  ///< median of the rows
    [[nodiscard]] double overall() const;  ///< root mean square of the rows

private:
    std::vector<double> rows_;
};

/// Median; 0 of nothing.
double median(std::vector<double> values);
double seconds_now();

}  // namespace ausm::gpu
