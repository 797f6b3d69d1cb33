// SPDX-License-Identifier: MIT
// Batches on a GPU: one plan a size, and one synchronisation a batch.
#include "session/cuda_backend.h"
#include "session/net_plan.h"

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAStream.h>

#include <algorithm>
#include <array>
#include <list>

namespace ausm {
namespace {

/// Sizes that are kept ready: every one has its own tensors and graphs.
constexpr std::size_t kMostPlans = 8;
constexpr int kWarmUps = 2;

/// A plan and the three CUDA graphs of its phases. The first frames run operation by operation (cuDNN tries its
/// algorithms, caches fill), then each phase is captured; where that fails it goes on operation by operation.
class NetGraphs {
public:
    NetGraphs(const AusmNet& net, const NetPlanKey& key) : plan_(net, key) {}

    [[nodiscard]] NetPlan& plan() { return plan_; }

    /// Launches the three phases.
    void run() {
        if (state_ == State::kWarmsUp && runs_++ == kWarmUps)
            capture();
        clock_[0].record();
        for (std::size_t i = 0; i < graphs_.size(); ++i) {
            if (state_ == State::kCaptured)
                graphs_[i].replay();
            else
                plan_.phases()[i]();
            clock_[i + 1].record();
        }
    }

    /// Of the last run, which has finished.
    [[nodiscard]] StepTimes times() const {
        const auto phase = [&](std::size_t i) { return 1e-3 * clock_[i].elapsed_time(clock_[i + 1]); };
        return {.encode = phase(0), .compress = phase(1), .decode = phase(2)};
    }

private:
    enum class State { kWarmsUp, kCaptured, kPlain };

    void capture() {
        state_ = State::kCaptured;
        for (std::size_t i = 0; i < graphs_.size() && state_ == State::kCaptured; ++i) {
            // Other threads may go on allocating and uploading meanwhile.
            graphs_[i].capture_begin(i == 0 ? at::cuda::MempoolId_t{0, 0} : graphs_[0].pool(),
                                     cudaStreamCaptureModeThreadLocal);
            plain_after_error([&] { plan_.phases()[i](); });
            plain_after_error([&] { graphs_[i].capture_end(); });
        }
    }

    template <class Work>
    void plain_after_error(const Work& work) {
        try {
            work();
        } catch (const c10::Error&) {
            state_ = State::kPlain;
        }
    }

    NetPlan plan_;
    State state_ = State::kWarmsUp;
    int runs_ = 0;
    std::array<at::cuda::CUDAGraph, 3> graphs_;
    std::array<at::cuda::CUDAEvent, 4> clock_{
        at::cuda::CUDAEvent(cudaEventDefault), at::cuda::CUDAEvent(cudaEventDefault),
        at::cuda::CUDAEvent(cudaEventDefault), at::cuda::CUDAEvent(cudaEventDefault)};
};

class CudaRunner final : public NetRunner {
public:
    using NetRunner::NetRunner;

    void step(std::span<NetPass* const> passes) override {
        again_with_less([&] {
            auto& graphs = graphs_for(NetPlanKey::of(passes, net().config()));
            graphs.plan().load(passes);
            graphs.run();
            graphs.plan().copy_out(passes);
            c10::cuda::getCurrentCUDAStream().synchronize();
            graphs.plan().take(passes);
            for (auto* pass : passes)
                pass->times = graphs.times();
        });
    }

    /// Waits for itself: who prompts wants to know what the network makes of it before objects are judged.
    void refine(NetPass& pass) override {
        again_with_less([&] {
            const auto count = pass.count();
            const auto prediction = read_again(pass);
            const auto logits = prediction.masks[0].contiguous();
            auto probabilities = logits.slice(0, 0, count).sigmoid();
            const auto cells = count_cells(logits.slice(0, 0, count), probabilities).to(at::kFloat);
            const auto numbers = at::cat({prediction.presence[0], cells}).to(at::kCPU);
            pass.presence = numbers.slice(0, 0, logits.size(0));
            pass.logits = logits;
            pass.probabilities = std::move(probabilities);
            const auto* first = numbers.const_data_ptr<float>() + logits.size(0);
            pass.cells.assign(first, first + count);
        });
    }

    std::shared_ptr<DrawnMap> draw(const at::Tensor& logits, std::span<const std::uint8_t> values,
                                   const MapRequest& request) override {
        std::shared_ptr<DrawnMap> drawn;
        again_with_less([&] { drawn = std::make_shared<DrawnMap>(logits, values, request); });
        return drawn;
    }

    void free_spare_memory() override {
        sizes_.clear();
        c10::cuda::CUDACachingAllocator::emptyCache();
    }

private:
    /// The one used longest ago makes room.
    NetGraphs& graphs_for(const NetPlanKey& key) {
        const auto found =
            std::find_if(sizes_.begin(), sizes_.end(), [&](const auto& graphs) { return graphs->plan().key() == key; });
        if (found != sizes_.end()) {
            sizes_.splice(sizes_.begin(), sizes_, found);
        } else {
            if (sizes_.size() >= kMostPlans)
                sizes_.pop_back();
            sizes_.push_front(std::make_unique<NetGraphs>(net(), key));
        }
        return *sizes_.front();
    }

    /// Runs `work`; when memory is short, again after everything that is only kept ready has been freed. A pass that
    /// fails keeps the history that it came with: only finished work replaces it.
    template <class Work>
    void again_with_less(const Work& work) {
        try {
            work();
        } catch (const c10::OutOfMemoryError&) {
            c10::cuda::getCurrentCUDAStream().synchronize();  // what was launched reads what is freed
            free_spare_memory();
            work();
        }
    }

    std::list<std::unique_ptr<NetGraphs>> sizes_;  // last used first
};

}  // namespace

std::unique_ptr<NetRunner> make_cuda_runner(const AusmNet& net) { return std::make_unique<CudaRunner>(net); }

}  // namespace ausm
