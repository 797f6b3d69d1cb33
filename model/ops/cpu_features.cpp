// SPDX-License-Identifier: MIT
// The processor is asked, and then LibTorch, because oneDNN may have been told to use less than there is.
#include "ops/cpu_features.h"

#include <ATen/core/dispatch/Dispatcher.h>

namespace ausm::ops {
namespace {

/// What LibTorch asks before it packs a convolution; true where this LibTorch has no such question.
bool onednn_has_bfloat16() {
    const auto question = c10::Dispatcher::singleton().findSchema({"mkldnn::_is_mkldnn_bf16_supported", ""});
    return !question || question->typed<bool()>().call();
}

}  // namespace

bool cpu_has_bfloat16() {
#if defined(__x86_64__)
    static const bool has = __builtin_cpu_supports("avx512bf16") != 0 && onednn_has_bfloat16();
    return has;
#else
    return false;
#endif
}

}  // namespace ausm::ops
