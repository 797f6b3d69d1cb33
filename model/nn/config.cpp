// SPDX-License-Identifier: MIT
// A preset against what a weights file says of itself.
#include "nn/config.h"

#include <nlohmann/json.hpp>

#include <map>
#include <stdexcept>

namespace ausm {
namespace {

/// The fields of a file's "config" that describe the network, by the names the training code writes.
nlohmann::json expected(const NetConfig& config) {
    return {{"D", config.dim},
            {"heads", config.heads},
            {"ffn", config.ffn_dim},
            {"n_comp", config.compressor_layers},
            {"sa_pool", config.compressor_pool},
            {"n_dec", config.history_decoder_layers},
            {"n_pix", config.mask_decoder_layers},
            {"cm", config.mask_dim},
            {"d_state", config.state_dim},
            {"d_conv", config.conv_width},
            {"expand", config.expand},
            {"n_id", config.id_vectors},
            {"n_det", config.detection_queries},
            {"use_mamba", true},
            {"marker", "max1"},
            {"dec_self", false},
            {"dw", true},
            {"minit", true}};
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
