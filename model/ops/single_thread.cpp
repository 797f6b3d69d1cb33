// SPDX-License-Identifier: MIT
// The numbers of OpenMP and MKL are the calling thread's; LibTorch's own is the process's.
#include "ops/single_thread.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace ausm::ops {
namespace {

/// A function of a library that LibTorch brings, as LibTorch itself finds it. Not linked: what the library is called
/// differs from one LibTorch to the next, and a second OpenMP beside LibTorch's would have numbers of its own.
template <class Function>
Function* find(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace

void use_single_thread() {
    static auto* const set_openmp = find<void(int)>("omp_set_num_threads");
    static auto* const set_mkl = find<int(int)>("MKL_Set_Num_Threads_Local");
    static_cast<void>(at::get_num_threads());  // sets a thread up when it is first asked: not later, over these
    if (set_openmp != nullptr)
        set_openmp(1);
    if (set_mkl != nullptr)
        set_mkl(1);
    if (at::get_num_threads() != 1)
        at::set_num_threads(1);  // a LibTorch without OpenMP has one number for the process
}

}  // namespace ausm::ops
