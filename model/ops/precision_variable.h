// SPDX-License-Identifier: MIT
// The environment variable AUSM_PRECISION: what the precision "auto" means in this process.
#pragma once

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ausm::ops {

/// What AUSM_PRECISION asks of "auto": bfloat16 or not; nothing where it is not set. Throws std::invalid_argument.
/// bfloat16 is granted to any processor that way, so that one without it can check what one with it does, slowly.
inline std::optional<bool> auto_means_bfloat16() {
    const char* value = std::getenv("AUSM_PRECISION");
    const std::string_view name = value != nullptr ? value : "";
    if (name.empty())
        return std::nullopt;
    if (name != "fp32" && name != "bf16")
        throw std::invalid_argument("AUSM_PRECISION is '" + std::string(name) +
                                    "'; set it to fp32 or bf16, or unset it");
    return name == "bf16";
}

}  // namespace ausm::ops
