// SPDX-License-Identifier: MIT
// LibTorch's autocast as a scope.
#include "train/autocast.h"

#include "ops/cpu_features.h"
#include "ops/precision_variable.h"

#include <ATen/autocast_mode.h>

namespace ausm::train {

bool wants_bfloat16(const std::string& precision, c10::Device device) {
    if (precision == "auto")
        return ops::auto_means_bfloat16().value_or(device.is_cuda() || ops::cpu_has_bfloat16());
    return precision == "bf16";
}

Autocast::Autocast(bool enabled, c10::DeviceType device)
    : device_(device), before_(at::autocast::is_autocast_enabled(device)) {
    at::autocast::set_autocast_enabled(device, enabled);
    at::autocast::set_autocast_dtype(device, at::kBFloat16);
}

Autocast::~Autocast() {
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, before_);
}

}  // namespace ausm::train
