// SPDX-License-Identifier: MIT
// Products of a forward pass in bfloat16.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace ausm::train {

/// precision: "fp32", "bf16", or "auto", which is bf16 where the hardware has it.
[[nodiscard]] bool wants_bfloat16(const std::string& precision, c10::Device device);

/// bfloat16 autocast on one kind of device while it lives. Thread-bound.
class Autocast {
public:
    Autocast(bool enabled, c10::DeviceType device);
    ~Autocast();
    Autocast(const Autocast&) = delete;
    Autocast& operator=(const Autocast&) = delete;

private:
    c10::DeviceType device_;
    bool before_;
};

}  // namespace ausm::train
