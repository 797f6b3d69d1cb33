// SPDX-License-Identifier: MIT
// The networks that there are, and the names of their sizes in files.
#include "nn/config.h"

namespace ausm {

NetConfig nano_config() {
    return {.name = "ausm-nano",
            .backbone = "efficientnet_lite0",
            .pixel_decoder = "fpn",
            .dim = 192,
            .heads = 3,
            .ffn_dim = 384,
            .compressor_layers = 2,
            .compressor_pool = 2,
            .history_decoder_layers = 2,
            .mask_decoder_layers = 3,
            .mask_dim = 64,
            .state_dim = 8,
            .conv_width = 4,
            .expand = 1,
            .id_vectors = 64,
            .detection_queries = 32,
            .inference_size = 256};
}

std::map<std::string, int> config_sizes(const NetConfig& config) {
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
            {"n_det", config.detection_queries}};
}

}  // namespace ausm
