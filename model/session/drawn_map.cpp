// SPDX-License-Identifier: MIT
// One kernel, copies through pinned memory, one event.
#include "session/drawn_map.h"

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <cstring>

namespace ausm {
namespace {

at::Tensor pinned_like(const at::Tensor& tensor) {
    return at::empty(tensor.sizes(), at::TensorOptions().dtype(tensor.scalar_type()).pinned_memory(true));
}

at::Tensor sent_to_host(const at::Tensor& tensor) {
    return tensor.defined() ? pinned_like(tensor).copy_(tensor, /*non_blocking=*/true) : tensor;
}

at::Tensor on_device(std::span<const std::uint8_t> values, at::Device device) {
    const auto options = at::TensorOptions().dtype(at::kByte).pinned_memory(device.is_cuda());
    const auto host = at::empty({static_cast<std::int64_t>(values.size())}, options);
    std::memcpy(host.mutable_data_ptr(), values.data(), values.size());
    return host.to(device, at::kByte, /*non_blocking=*/true);
}

}  // namespace

DrawnMap::DrawnMap(const at::Tensor& logits, std::span<const std::uint8_t> values, const MapRequest& request)
    : drawn_(ops::label_map(logits, on_device(values, logits.device()), request.height, request.width,
                            request.confidence)) {
    if (logits.is_cpu()) {
        host_ = drawn_;
        return;
    }
    host_ = {sent_to_host(drawn_.map), sent_to_host(drawn_.confidence), sent_to_host(drawn_.stats)};
    const auto device = logits.device();
    arrived_.emplace(device.type());
    arrived_->record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
}

void DrawnMap::wait() const {
    if (arrived_)
        arrived_->synchronize();
}

LabelStats DrawnMap::stats(std::int64_t row) const {
    LabelStats stats;
    std::memcpy(&stats, bytes_of(host_.stats).data() + static_cast<std::size_t>(row) * sizeof stats, sizeof stats);
    return stats;
}

std::span<const std::uint8_t> DrawnMap::bytes_of(const at::Tensor& tensor) {
    if (!tensor.defined())
        return {};
    return {tensor.const_data_ptr<std::uint8_t>(), tensor.nbytes()};
}

}  // namespace ausm
