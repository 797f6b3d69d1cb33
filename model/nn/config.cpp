// SPDX-License-Identifier: MIT
// What a weights file says of itself, as JSON.
#include "nn/config.h"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace ausm {

NetConfig config_of(const io::Safetensors& file) {
    const auto fail = [&](const std::string& what) -> void { throw std::runtime_error(file.name() + ": " + what); };
    const auto& version = file.metadata("format_version");
    if (file.metadata("format") != "ausm" || (version != "1" && version != "2"))
        fail("format '" + file.metadata("format") + "' version '" + version +
             "' is not known; this program reads 'ausm' versions '1' and '2'");
    const auto given = nlohmann::json::parse(file.metadata("config"), nullptr, false);
    if (!given.is_object())
        fail("the metadata's config is not a JSON object");
    ConfigFields fields;
    for (const auto& [key, value] : given.items())
        fields[key] = value.dump();
    for (const auto* key : {"anchors", "dt_min"})
        if (version == "1" && !fields.emplace(key, "0").second)
            fail("config '" + std::string(key) + "' is " + fields[key] +
                 ", but files of version '1' have no such field");
    const auto& name = file.metadata("model");
    try {
        return read_config(name, fields);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(file.name() + ": " + error.what());
    }
}

}  // namespace ausm
