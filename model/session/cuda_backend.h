// SPDX-License-Identifier: MIT
// What an engine on a GPU has instead of the CPU's parts. Only in builds with AUSM_CUDA.
#pragma once

#include "session/net_runner.h"
#include "session/plan_cache.h"

#include <memory>
#include <string>

namespace ausm {

/// GPUs that LibTorch can use; 0 where there is no driver.
int cuda_device_count();
/// Tensor cores take bfloat16 from compute capability 8.0 on.
bool cuda_has_bfloat16(int device);
std::string cuda_device_name(int device);
/// Makes `device` and a stream of its own the calling thread's for all that LibTorch does.
void enter_cuda_thread(at::Device device);

/// What a failure on the GPU means to the people who use it: memory that is short and what helps, a GPU that is lost with
/// the state of its streams, else LibTorch's words. Looks at the device, and waits for it.
std::string cuda_error_text(at::Device device, const c10::Error& error);

/// The calling thread's CUcontext: after enter_cuda_thread() the device's primary one. Throws c10::Error.
void* current_cuda_context();

/// Batches as CUDA graphs; see cuda_runner.cpp. `net` lies on a GPU. Without a bound: a quarter of the GPU's memory.
std::unique_ptr<NetRunner> make_cuda_runner(const AusmNet& net);
std::unique_ptr<NetRunner> make_cuda_runner(const AusmNet& net, const PlanBound& bound);

class InputMaker;
/// Uploads (or reads device memory) and preprocesses on a stream of its own.
std::unique_ptr<InputMaker> make_cuda_input_maker(at::Device device, at::ScalarType dtype);

}  // namespace ausm
