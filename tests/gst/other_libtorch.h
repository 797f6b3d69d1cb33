// SPDX-License-Identifier: MIT
// Names of functions of LibTorch that every frame needs, and that the other LibTorch of the tests has, too.
#pragma once

/// at::sigmoid and at::layer_norm.
#define AUSM_SIGMOID "_ZN2at4_ops7sigmoid4callERKNS_6TensorE"
#define AUSM_LAYER_NORM "_ZN2at4_ops10layer_norm4callERKNS_6TensorEN3c108ArrayRefINS5_6SymIntEEERKSt8optionalIS2_ESC_db"
