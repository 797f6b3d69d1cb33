// SPDX-License-Identifier: MIT
// Compiles one function for several x86-64 levels; the loader picks the best one for the machine.
#pragma once

#include <cstdlib>

/// Put before a function without templates: g++ emits it for x86-64-v4 (AVX-512), x86-64-v3 (AVX2 + FMA) and the
/// baseline. Everything it calls must be AUSM_KERNEL_INLINE, otherwise the callee stays at the baseline.
/// The choice is an ifunc, whose resolver runs before a sanitizer's runtime is ready: define AUSM_NO_MULTI_ISA there.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(AUSM_NO_MULTI_ISA) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define AUSM_MULTI_ISA __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define AUSM_MULTI_ISA
#endif

/// Inlined into every version of its caller; in a .cu file callable from the GPU, too.
#ifdef __CUDACC__
#define AUSM_KERNEL_INLINE __host__ __device__ __forceinline__
#else
#define AUSM_KERNEL_INLINE __attribute__((always_inline)) inline
#endif
