// SPDX-License-Identifier: MIT
// The .cu files as plain C++.
#include "cuda_runtime.h"

#include "kernels/selective_scan.cu"
