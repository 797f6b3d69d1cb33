// SPDX-License-Identifier: MIT
// Batches on a GPU: one plan a size, and one synchronisation a batch.
#include "session/cuda_backend.h"
#include "session/cuda_graphs.h"
#include "session/net_plan.h"
#include "session/recorded.h"

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <array>
#include <type_traits>

namespace ausm {
namespace {

/// A plan, its phases as CUDA graphs once they are recorded, and a clock beside them.
class NetGraphs {
public:
    NetGraphs(const AusmNet& net, const NetPlanKey& key)
        : plan_(net, key), device_(net.device().index()), bytes_(plan_.bytes()) {}

    [[nodiscard]] NetPlan& plan() { return plan_; }
    /// Of the device: the plan's own and the graphs' memory.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    /// How the phases are launched.
    [[nodiscard]] std::string text() const { return phases_.text(); }

    /// Launches the three phases.
    void run(bool may_record) {
        const auto make = [&] { return std::make_unique<CudaGraphs>(device_); };
        clock_[0].record();
        phases_.run(plan_.phases(), may_record, make, [&](std::size_t phase) { clock_[phase + 1].record(); });
        bytes_ = plan_.bytes() + (phases_.recording() != nullptr ? phases_.recording()->bytes() : 0);
    }

    /// Of the last run, which has finished.
    [[nodiscard]] StepTimes times() const {
        const auto phase = [&](std::size_t i) { return 1e-3 * clock_[i].elapsed_time(clock_[i + 1]); };
        return {.encode = phase(0), .compress = phase(1), .decode = phase(2)};
    }

private:
    NetPlan plan_;
    c10::DeviceIndex device_;
    std::size_t bytes_;
    Recorded<CudaGraphs> phases_;  // refers to plan_
    std::array<at::cuda::CUDAEvent, 4> clock_{
        at::cuda::CUDAEvent(cudaEventDefault), at::cuda::CUDAEvent(cudaEventDefault),
        at::cuda::CUDAEvent(cudaEventDefault), at::cuda::CUDAEvent(cudaEventDefault)};
};

class CudaRunner final : public NetRunner {
public:
    CudaRunner(const AusmNet& net, const PlanBound& bound) : NetRunner(net), plans_(bound) {}

    std::vector<NetAnswer> step(std::span<const NetInput> inputs) override {
        const auto key = NetPlanKey::of(inputs, net().config());
        return again_with_less([&] {
            const auto found = plans_.get(key, [&] { return std::make_unique<NetGraphs>(net(), key); });
            auto& graphs = found.plan;
            graphs.plan().load(inputs);
            graphs.run(found.kept && plans_.has_room());
            graphs.plan().copy_out(inputs);
            c10::cuda::getCurrentCUDAStream().synchronize();
            auto answers = graphs.plan().take(inputs);
            for (auto& answer : answers) {
                answer.times = graphs.times();
                answer.graphs = graphs.text();
            }
            return answers;
        });
    }

    /// Waits for itself: who prompts wants to know what the network makes of it before objects are judged.
    NetPrediction refine(const NetInput& input, const Encoded& frame) override {
        return again_with_less([&] {
            const auto count = input.count();
            const auto prediction = refine_again(input, frame);
            NetPrediction own{{}, prediction.masks[0].contiguous(), {}, {}};
            const auto marked = own.logits.slice(0, 0, count);
            own.probabilities = marked.sigmoid();
            const auto cells = count_cells(marked, own.probabilities).to(at::kFloat);
            const auto numbers = at::cat({prediction.presence[0], cells}).to(at::kCPU);
            own.presence = numbers.slice(0, 0, own.logits.size(0));
            const auto* first = numbers.const_data_ptr<float>() + own.logits.size(0);
            own.cells.assign(first, first + count);
            return own;
        });
    }

    at::Tensor anchor(const NetInput& input, const Encoded& frame) override {
        return again_with_less([&] { return NetRunner::anchor(input, frame); });
    }

    std::shared_ptr<DrawnMap> draw(const at::Tensor& logits, std::span<const std::uint8_t> values,
                                   const MapRequest& request) override {
        return again_with_less([&] { return std::make_shared<DrawnMap>(logits, values, request); });
    }

    void free_spare_memory() override {
        plans_.clear();
        empty_cuda_cache();
    }

private:
    /// What `work` gives; when memory is short, again after everything that is only kept ready has been freed. If that
    /// helped, too much was kept: less from now on, so that it does not come to this again and again.
    template <class Work>
    std::invoke_result_t<const Work&> again_with_less(const Work& work) {
        try {
            return work();
        } catch (const c10::OutOfMemoryError&) {
            c10::cuda::getCurrentCUDAStream().synchronize();  // what was launched reads what is freed
            const auto kept = plans_.bytes();
            free_spare_memory();
            auto result = work();
            if (kept > 0)
                plans_.lower(kept / 2);
            return result;
        }
    }

    PlanCache<NetPlanKey, NetGraphs> plans_;
};

}  // namespace

std::unique_ptr<NetRunner> make_cuda_runner(const AusmNet& net) {
    const c10::cuda::CUDAGuard guard(net.device());
    std::size_t free = 0, total = 0;
    C10_CUDA_CHECK(cudaMemGetInfo(&free, &total));
    return make_cuda_runner(net, {.bytes = total / 4});  // the rest is for streams, weights and other programs
}

std::unique_ptr<NetRunner> make_cuda_runner(const AusmNet& net, const PlanBound& bound) {
    return std::make_unique<CudaRunner>(net, bound);
}

}  // namespace ausm
