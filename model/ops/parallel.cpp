// SPDX-License-Identifier: MIT
// The one place that includes LibTorch's threading header.
#include "ops/parallel.h"

#include <ATen/Parallel.h>

namespace ausm::ops {

void parallel(std::int64_t count, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body) {
    at::parallel_for(0, count, grain, body);
}

}  // namespace ausm::ops
