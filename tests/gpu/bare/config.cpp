// SPDX-License-Identifier: MIT
// The sizes in a weights file for a machine without nlohmann-json: bare/safetensors.cpp has made metadata of them.
#include "nn/config.h"

#include <stdexcept>

namespace ausm {

NetConfig config_of(const io::Safetensors& file) {
    const auto config = nano_config();
    if (file.metadata("model") != config.name)
        throw std::runtime_error(file.name() + ": model '" + file.metadata("model") + "' is not known");
    const std::map<std::string, int> expected{{"D", config.dim},
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
                                              {"n_det", config.detection_queries}};
    for (const auto& [key, value] : expected)
        if (file.metadata("config." + key) != std::to_string(value))
            throw std::runtime_error(file.name() + ": config '" + key + "' is " + file.metadata("config." + key) +
                                     ", " + config.name + " has " + std::to_string(value));
    return config;
}

}  // namespace ausm
