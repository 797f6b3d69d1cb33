// SPDX-License-Identifier: MIT
// Sizes of a network. Presets and weights files differ in nothing else.
#pragma once

#include "io/safetensors.h"

#include <map>
#include <string>

namespace ausm {

/// Names follow the symbols of ausm.md section 2 where there is one.
struct NetConfig {
    std::string name;
    std::string backbone;       ///< class of the backbone: "efficientnet_lite0"
    std::string pixel_decoder;  ///< class of the pixel decoder: "fpn"
    int dim = 0;                ///< D
    int heads = 0;              ///< of every attention
    int ffn_dim = 0;            ///< hidden width of every feed-forward part
    int compressor_layers = 0;
    int compressor_pool = 1;  ///< keys and values of the compressor's attention are averaged n x n; 1: global
    int history_decoder_layers = 0;
    int mask_decoder_layers = 0;
    int mask_dim = 0;           ///< channels of the mask features
    int state_dim = 0;          ///< Mamba: d_state
    int conv_width = 0;         ///< Mamba: d_conv
    int expand = 0;             ///< Mamba: inner width = expand * dim
    int id_vectors = 0;         ///< N_id
    int detection_queries = 0;  ///< N_det
    int inference_size = 0;     ///< default short side of the input, pixels

    [[nodiscard]] int head_dim() const { return dim / heads; }
    [[nodiscard]] int inner_dim() const { return expand * dim; }
    [[nodiscard]] int dt_rank() const { return (dim + 15) / 16; }
};

/// The small default model (model/README.md).
NetConfig nano_config();

/// The sizes of a network by the names that a file's "config" has for them (those that the training code writes).
std::map<std::string, int> config_sizes(const NetConfig& config);

/// The configuration in a weights file's metadata. Throws std::runtime_error that names the field: format or version
/// unknown, model unknown, a size that differs from the preset of that name.
NetConfig config_of(const io::Safetensors& file);

}  // namespace ausm
