// SPDX-License-Identifier: MIT
// Precompiled header of gpu_network.
#ifndef AUSM_NETWORK_PCH_H
#define AUSM_NETWORK_PCH_H
#include <ATen/ATen.h>
#endif
