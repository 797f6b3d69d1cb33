// SPDX-License-Identifier: MIT
// The sizes in a weights file for a machine without nlohmann-json: bare/safetensors.cpp has made metadata of them.
#include "nn/config.h"

#include <stdexcept>

namespace ausm {

NetConfig config_of(const io::Safetensors& file) {
    const std::string prefix = "config.";
    ConfigFields fields;
    for (const auto& [key, value] : file.metadata())
        if (key.starts_with(prefix))
            fields[key.substr(prefix.size())] = value;
    const auto& name = file.metadata("model");
    try {
        return read_config(name, fields);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(file.name() + ": " + error.what());
    }
}

}  // namespace ausm
