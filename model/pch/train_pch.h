// SPDX-License-Identifier: MIT
// Precompiled header of training: LibTorch and JSON.
#ifndef AUSM_TRAIN_PCH_H
#define AUSM_TRAIN_PCH_H
#include <ATen/ATen.h>
#include <nlohmann/json.hpp>
#endif
