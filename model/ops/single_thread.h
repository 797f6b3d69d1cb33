// SPDX-License-Identifier: MIT
// Threads on which LibTorch computes alone, in a process that may use LibTorch otherwise, too.
#pragma once

namespace ausm::ops {

/// From now on LibTorch's operations on the calling thread are done by it alone. at::set_num_threads(1) would do the
/// same and, beyond that, set the number for every thread of the process that uses LibTorch later.
void use_single_thread();

}  // namespace ausm::ops
