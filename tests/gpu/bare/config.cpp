// SPDX-License-Identifier: MIT
// The sizes in a weights file for a machine without nlohmann-json: bare/safetensors.cpp has made metadata of them.
#include "nn/config.h"

#include <stdexcept>

namespace ausm {

NetConfig config_of(const io::Safetensors& file) {
    const auto config = nano_config();
    if (file.metadata("model") != config.name)
        throw std::runtime_error(file.name() + ": model '" + file.metadata("model") + "' is not known");
    for (const auto& [key, value] : config_sizes(config))
        if (file.metadata("config." + key) != std::to_string(value))
            throw std::runtime_error(file.name() + ": config '" + key + "' is " + file.metadata("config." + key) +
                                     ", " + config.name + " has " + std::to_string(value));
    return config;
}

}  // namespace ausm
