// SPDX-License-Identifier: MIT
// Tensors that stay where they are for one size of batch, so that what works on them can be recorded once and repeated.
#pragma once

#include "session/net_runner.h"

#include <array>
#include <functional>

namespace ausm {

/// What the work of a batch depends on besides values.
struct NetPlanKey {
    std::int64_t batch, objects, height, width;
    auto operator<=>(const NetPlanKey&) const = default;

    /// Rounded up, so that a new object, or a stream that comes and goes, finds a plan: streams to a power of two, objects,
    /// whose masks cost little, to none, 16, 64 or all ID vectors.
    static NetPlanKey of(std::span<const NetInput> inputs, const NetConfig& config);
};

/// The network at one size, on any device: load(), the phases in their order, copy_out(), and when the device has
/// finished, take(). Nothing here waits for the device; on a GPU every copy between it and the host is asynchronous.
/// The state of Mamba is read where the streams keep it and written to tensors that become theirs in take(): a stream
/// has two of everything while its frame is worked on, so that a frame that fails leaves no trace, and no copy is made.
/// What is recorded finds them by a table of addresses that lies still.
class NetPlan {
public:
    NetPlan(const AusmNet& net, const NetPlanKey& key);
    NetPlan(const NetPlan&) = delete;  // the phases refer to it
    NetPlan& operator=(const NetPlan&) = delete;

    [[nodiscard]] const NetPlanKey& key() const { return key_; }
    /// Of the device, as long as the plan lives; what the phases leave is not counted.
    [[nodiscard]] std::size_t bytes() const;
    /// Copies the inputs in; rows beyond them repeat the first one.
    void load(std::span<const NetInput> inputs);
    /// Encode, compress, decode. They read and write tensors of this plan alone.
    [[nodiscard]] const std::array<std::function<void()>, 3>& phases() const { return phases_; }
    /// Results to the host or to tensors of the streams' own; label maps that are asked for are drawn.
    void copy_out(std::span<const NetInput> inputs);
    /// The answers, but for their times. Their frames are views, good until the next load().
    [[nodiscard]] std::vector<NetAnswer> take(std::span<const NetInput> inputs);

private:
    void make_marks();
    void load_states(std::span<const NetInput> inputs);
    void load_marks(std::span<const NetInput> inputs);
    void decode();

    const AusmNet& net_;
    NetPlanKey key_;
    NetBatch in_;
    Positions positions_;
    std::vector<LayerState> blank_;  // of one row: sizes
    std::vector<LayerState> spare_;  // [B / 2 - 1, ...] the most rows that a batch can be short of
    at::Tensor states_;              // [layers, B, 4] int64: a MambaStateRow each
    at::Tensor masks32_;             // [B, 1, K, h4, w4] as they are given
    // On the host; pinned where the network is on a GPU.
    at::Tensor host_states_, host_slots_, host_kinds_, host_valid_, host_presence_, host_cells_, host_seen_;
    Encoded frame_;
    at::Tensor compressed_, presence_, logits_;
    at::Tensor probabilities_, cells_, seen_, shown_;  // of the marked objects; shown: logits, hidden where not seen
    std::vector<NetAnswer> own_;                       // what the streams will take
    std::array<std::function<void()>, 3> phases_;
};

}  // namespace ausm
