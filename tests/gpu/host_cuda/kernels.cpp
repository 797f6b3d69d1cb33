// SPDX-License-Identifier: MIT
// The .cu files as plain C++.
#include "cuda_runtime.h"

#include "kernels/history_marker.cu"
#include "kernels/history_marker_grad.cu"
#include "kernels/label_map.cu"
#include "kernels/mamba_step.cu"
#include "kernels/ms_deform_attn.cu"
#include "kernels/ms_deform_attn_grad.cu"
#include "kernels/preprocess.cu"
#include "kernels/selective_scan.cu"
#include "kernels/selective_scan_grad.cu"
