// SPDX-License-Identifier: MIT
// What a file that has been read tells of itself; needs no JSON.
#include "io/safetensors.h"

#include <cstdio>
#include <stdexcept>

namespace ausm::io {

const std::string& Safetensors::metadata(const std::string& key) const {
    const auto found = metadata_.find(key);
    if (found == metadata_.end())
        throw std::runtime_error(name_ + ": the metadata has no '" + key + "'");
    return found->second;
}

std::string Safetensors::hash() const {
    std::uint64_t value = 0xcbf29ce484222325U;
    for (const auto byte : bytes_)
        value = (value ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3U;
    std::string text(17, '\0');
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
    text.pop_back();
    return text;
}

}  // namespace ausm::io
