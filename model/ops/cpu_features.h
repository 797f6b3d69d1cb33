// SPDX-License-Identifier: MIT
// What this processor can do, asked at run time.
#pragma once

#include <fstream>
#include <string>

namespace ausm::ops {

/// As the system names it; "unknown" where it does not.
inline std::string cpu_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name"))
            if (const auto colon = line.find(": "); colon != std::string::npos)
                return line.substr(colon + 2);
    return "unknown";
}

/// bfloat16 products in hardware (AVX512_BF16; processors with AMX have it too) that oneDNN uses: ONEDNN_MAX_CPU_ISA may
/// forbid it. Without it LibTorch's bfloat16 is slower than float32, and its packed convolutions throw. The answer never
/// changes.
[[nodiscard]] bool cpu_has_bfloat16();

}  // namespace ausm::ops
