// SPDX-License-Identifier: MIT
// Several processes that train as one.
#pragma once

#include "train/losses.h"

#include <ATen/core/Tensor.h>

namespace ausm::train {

/// Without `sum` there is one process. Otherwise all processes must make the same calls of `sum` in the same order.
struct Processes {
    SumOverProcesses sum;
    int rank = 0, count = 1;
};

/// Joins the processes that the environment names as torchrun, and Slurm with torch's usual exports, do: RANK, WORLD_SIZE,
/// MASTER_ADDR, MASTER_PORT. Blocks until all are there. One process where WORLD_SIZE is missing or 1. Sums of CUDA
/// tensors go through NCCL where this build has it, all others through the rendezvous' key-value store: each process adds
/// up everybody's numbers in the order of the ranks, so that all get the same bits; slow, and meant for checks.
/// Throws std::runtime_error that names the variable that is missing or no number, c10::Error when others do not come.
[[nodiscard]] Processes join_processes(at::Device device);

}  // namespace ausm::train
