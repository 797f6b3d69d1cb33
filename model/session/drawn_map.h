// SPDX-License-Identifier: MIT
// A label map that is drawn where the network is, on its way to the caller.
#pragma once

#include "kernels/label_map.h"
#include "ops/label_map.h"

#include <c10/core/Event.h>

#include <optional>
#include <span>

namespace ausm {

/// The map that a stream's caller wants.
struct MapRequest {
    int width = 0, height = 0;  ///< 0: none
    bool confidence = false;
};

/// On a GPU it lies in pinned memory when wait() returns; the host has not seen the masks then.
class DrawnMap {
public:
    /// Launches on the current stream and waits for nothing. logits: [K, h4, w4] float32, K >= 1; values: [K] of the
    /// objects in the map. Throws c10::Error.
    DrawnMap(const at::Tensor& logits, std::span<const std::uint8_t> values, const MapRequest& request);
    DrawnMap(const DrawnMap&) = delete;
    DrawnMap& operator=(const DrawnMap&) = delete;

    /// Returns when map, confidence and statistics have arrived; on any thread. Throws c10::Error when the device fails.
    void wait() const;

    // After wait().
    [[nodiscard]] std::span<const std::uint8_t> map() const { return bytes_of(host_.map); }
    [[nodiscard]] std::span<const std::uint8_t> confidence() const { return bytes_of(host_.confidence); }
    /// Of the object whose logits are row `row`.
    [[nodiscard]] LabelStats stats(std::int64_t row) const;

private:
    static std::span<const std::uint8_t> bytes_of(const at::Tensor& tensor);

    ops::LabelMap drawn_, host_;  // one and the same on the CPU
    std::optional<c10::Event> arrived_;
};

}  // namespace ausm
