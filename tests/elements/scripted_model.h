// SPDX-License-Identifier: MIT
// A model library that computes nothing: what frames take, and what was asked of it, is in a script.
#pragma once

#include <atomic>

namespace ausm::test {

struct Script {
    std::atomic<double> seconds{0};  ///< what Session::typical_seconds() says
    std::atomic<int> steps{0}, rehearsals{0};
};

inline constexpr const char* kScriptSymbol = "ausm_script";
using ScriptFunction = Script*();

}  // namespace ausm::test
