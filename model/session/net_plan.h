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

    /// Sizes rounded up to powers of two, so that a new object, or a stream that comes and goes, finds a plan.
    static NetPlanKey of(std::span<NetPass* const> passes, const NetConfig& config);
};

/// The network at one size, on any device: load(), the phases in their order, copy_out(), and when the device has
/// finished, take(). Nothing here waits for the device; on a GPU every copy between it and the host is asynchronous.
class NetPlan {
public:
    NetPlan(const AusmNet& net, const NetPlanKey& key);
    NetPlan(const NetPlan&) = delete;  // the phases refer to it
    NetPlan& operator=(const NetPlan&) = delete;

    [[nodiscard]] const NetPlanKey& key() const { return key_; }
    /// Copies the passes' inputs in; rows beyond them repeat the first one.
    void load(std::span<NetPass* const> passes);
    /// Encode, compress, decode. They read and write tensors of this plan alone.
    [[nodiscard]] const std::array<std::function<void()>, 3>& phases() const { return phases_; }
    /// Results to the host, and to histories of their own for the first `count` rows.
    void copy_out(std::size_t count);
    /// Fills the passes but for their times. Their frames are views, good until the next load().
    void take(std::span<NetPass* const> passes);

private:
    void load_marks(std::span<NetPass* const> passes);

    const AusmNet& net_;
    NetPlanKey key_;
    NetBatch in_;
    at::Tensor masks32_;  // [B, 1, K, h4, w4] as they come from the host
    // On the host; pinned where the network is on a GPU.
    at::Tensor host_slots_, host_kinds_, host_masks_, host_valid_, host_presence_, host_logits_;
    Encoded frame_;
    History after_;
    at::Tensor compressed_, presence_, logits_;
    std::vector<History> own_;  // of the frame's streams
    std::array<std::function<void()>, 3> phases_;
};

}  // namespace ausm
