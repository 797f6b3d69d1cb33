// SPDX-License-Identifier: MIT
// A preset against what a weights file says of itself.
#include "nn/config.h"

#include <nlohmann/json.hpp>

#include <map>
#include <stdexcept>

namespace ausm {
namespace {

/// The fields of a file's "config" that describe the network.
nlohmann::json expected(const NetConfig& config) {
    nlohmann::json fields = config_sizes(config);
    fields.update({{"use_mamba", true}, {"marker", "max1"}, {"dec_self", false}, {"dw", true}, {"minit", true}});
    return fields;
}

}  // namespace

NetConfig config_of(const io::Safetensors& file) {
    const auto fail = [&](const std::string& what) -> void { throw std::runtime_error(file.name() + ": " + what); };
    if (file.metadata("format") != "ausm" || file.metadata("format_version") != "1")
        fail("format '" + file.metadata("format") + "' version '" + file.metadata("format_version") +
             "' is not known; this program reads 'ausm' version '1'");
    const auto config = nano_config();
    if (file.metadata("model") != config.name)
        fail("model '" + file.metadata("model") + "' is not known; this program has '" + config.name + "'");
    const auto given = nlohmann::json::parse(file.metadata("config"), nullptr, false);
    if (!given.is_object())
        fail("the metadata's config is not a JSON object");
    const auto wanted = expected(config);
    for (const auto& [key, value] : wanted.items()) {
        const auto found = given.find(key);
        if (found == given.end())
            fail("config has no '" + key + "'");
        else if (*found != value)
            fail("config '" + key + "' is " + found->dump() + ", " + config.name + " has " + value.dump());
    }
    return config;
}

}  // namespace ausm
