// SPDX-License-Identifier: MIT
// The networks that there are without a file.
#include "nn/config.h"

namespace ausm {

NetConfig nano_config() {
    return {.name = "ausm-nano",
            .inference_size = 256,
            .dim = 192,
            .stride = 16,
            .backbone = {.kind = "efficientnet_lite0"},
            .history = {.heads = 3,
                        .ffn = 384,
                        .compressor_layers = 2,
                        .compressor_pool = 2,
                        .decoder_layers = 2,
                        .state_dim = 8,
                        .conv_width = 4,
                        .expand = 1,
                        .id_vectors = 64,
                        .anchors = 1,
                        .dt_min = 0.05},
            .head = {.kind = "nano", .heads = 3, .ffn = 384, .layers = 3, .mask_dim = 64, .detections = 32}};
}

}  // namespace ausm
