// SPDX-License-Identifier: MIT
// The networks that there are.
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

}  // namespace ausm
