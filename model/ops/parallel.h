// SPDX-License-Identifier: MIT
// Runs a kernel's range on the calling thread's OpenMP team.
#pragma once

#include <cstdint>
#include <functional>

namespace ausm::ops {

/// Splits [0, count) into parts of at least `grain` for at::parallel_for; the number of threads is the engine's.
void parallel(std::int64_t count, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body);

}  // namespace ausm::ops
