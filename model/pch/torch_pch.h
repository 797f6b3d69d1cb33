// SPDX-License-Identifier: MIT
// Precompiled header of the targets that use LibTorch: ATen/ATen.h costs 10 to 30 s a file, precompiled 2 to 3 s.
// (Include guards: "#pragma once" warns in a header that is compiled by itself.)
#ifndef AUSM_TORCH_PCH_H
#define AUSM_TORCH_PCH_H
#include <ATen/ATen.h>
#endif
