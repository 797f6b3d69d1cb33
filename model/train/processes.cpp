// SPDX-License-Identifier: MIT
// LibTorch's c10d for meeting and for NCCL.
#include "train/processes.h"

#include <ATen/ATen.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef AUSM_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace ausm::train {
namespace {

constexpr std::size_t kPiece = std::size_t{4} << 20;  // bytes; the store refuses values above 8 MiB

std::string text_of(const char* variable) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0')
        throw std::runtime_error(std::string(variable) + " is not set, but WORLD_SIZE is: start the processes with " +
                                 "torchrun, or set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT");
    return value;
}

int number_of(const char* variable, int low, int high) {
    const auto text = text_of(variable);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < low || value > high)
        throw std::runtime_error(std::string(variable) + " is '" + text + "', must be a number from " +
                                 std::to_string(low) + " to " + std::to_string(high));
    return value;
}

/// Everybody's numbers by way of the store.
class StoreSum {
public:
    StoreSum(c10::intrusive_ptr<c10d::Store> store, int rank, int count)
        : store_(std::move(store)), rank_(rank), count_(count) {}

    void operator()(at::Tensor& tensor) {
        const auto own = tensor.detach().to(at::kCPU).contiguous();
        auto sum = at::zeros_like(own);
        for (std::size_t begin = 0; begin < own.nbytes(); begin += kPiece)
            add_piece(own, sum, begin, std::min(kPiece, own.nbytes() - begin));
        tensor.copy_(sum);
    }

private:
    [[nodiscard]] std::string key(int rank) const {
        return "sum/" + std::to_string(call_) + "/" + std::to_string(rank);
    }

    void add_piece(const at::Tensor& own, at::Tensor& sum, std::size_t begin, std::size_t bytes) {
        const auto* data = static_cast<const std::uint8_t*>(own.const_data_ptr()) + begin;
        const auto mine = key(rank_);
        store_->set(mine, std::vector<std::uint8_t>(data, data + bytes));
        const auto size = own.element_size();
        auto target =
            sum.view({-1}).narrow(0, static_cast<std::int64_t>(begin / size), static_cast<std::int64_t>(bytes / size));
        for (int rank = 0; rank < count_; ++rank) {
            const auto theirs = store_->get(key(rank));  // waits for it
            TORCH_CHECK(theirs.size() == bytes, "processes: process ", rank, " sums other numbers than process ",
                        rank_);
            const auto part = at::empty_like(target);
            std::memcpy(part.mutable_data_ptr(), theirs.data(), bytes);
            target.add_(part);
        }
        // Everybody has read the piece before: nobody sets a piece before having read all of the last one.
        if (!last_.empty())
            store_->deleteKey(last_);
        last_ = mine;
        ++call_;
    }

    c10::intrusive_ptr<c10d::Store> store_;
    int rank_, count_;
    std::uint64_t call_ = 0;
    std::string last_;
};

c10::intrusive_ptr<c10d::Store> meet(int rank, int count) {
    const char* agent = std::getenv("TORCHELASTIC_USE_AGENT_STORE");
    const bool of_agent = agent != nullptr && std::string(agent) == "True";  // torchrun keeps the store itself
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(number_of("MASTER_PORT", 1, 65535));
    options.isServer = rank == 0 && !of_agent;
    if (!of_agent)
        options.numWorkers = static_cast<std::size_t>(count);
    auto store = c10::make_intrusive<c10d::TCPStore>(text_of("MASTER_ADDR"), options);
    const char* attempt = std::getenv("TORCHELASTIC_RESTART_COUNT");
    return c10::make_intrusive<c10d::PrefixStore>(std::string("ausm/") + (attempt != nullptr ? attempt : "0"), store);
}

}  // namespace

Processes join_processes(at::Device device) {
    if (std::getenv("WORLD_SIZE") == nullptr)
        return {};
    const int count = number_of("WORLD_SIZE", 1, 1 << 20);
    if (count == 1)
        return {};
    const int rank = number_of("RANK", 0, count - 1);
    const auto store = meet(rank, count);
    Processes processes{StoreSum(store, rank, count), rank, count};
#ifdef AUSM_NCCL
    if (device.is_cuda()) {
        const auto group = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, count);
        processes.sum = [group, device, other = processes.sum](at::Tensor& tensor) {
            if (!tensor.is_cuda())
                return other(tensor);
            std::vector<at::Tensor> tensors{tensor};
            group->allreduce(tensors)->wait();
        };
    }
#else
    static_cast<void>(device);
#endif
    return processes;
}

}  // namespace ausm::train
