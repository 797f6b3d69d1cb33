// SPDX-License-Identifier: MIT
// A library with LibTorch's name that tells a version and has functions of LibTorch's names, which must never be called.
#include "other_libtorch.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" {

/// As LibTorch: major, minor and patch are the three highest bytes.
std::uint64_t aoti_torch_abi_version() {
    const char* version = std::getenv("AUSM_OTHER_LIBTORCH_VERSION");
    return version ? std::strtoull(version, nullptr, 16) << 40 : 0;
}

void sigmoid() __asm__(AUSM_SIGMOID);
void sigmoid() {
    std::fputs("sigmoid of the other LibTorch was called\n", stderr);
    std::abort();
}

void layer_norm() __asm__(AUSM_LAYER_NORM);
void layer_norm() {
    std::fputs("layer_norm of the other LibTorch was called\n", stderr);
    std::abort();
}
}
