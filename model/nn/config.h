// SPDX-License-Identifier: MIT
// Sizes of a network. Presets and weights files differ in nothing else.
#pragma once

#include "io/safetensors.h"

#include <cstdint>
#include <map>
#include <string>

namespace ausm {

struct BackboneConfig {
    std::string kind;  ///< "efficientnet_lite0"
};

/// What remembers: marker, history compressor, history decoder.
struct HistoryConfig {
    int heads = 0;  ///< of every attention
    int ffn = 0;    ///< hidden width of every feed-forward part
    int compressor_layers = 0;
    int compressor_pool = 1;  ///< keys and values of the compressor's attention are averaged n x n; 1: global
    int decoder_layers = 0;
    int state_dim = 0;   ///< Mamba: d_state
    int conv_width = 0;  ///< Mamba: d_conv
    int expand = 0;      ///< Mamba: inner width = expand * dim
    int id_vectors = 0;  ///< N_id
    int anchors = 0;     ///< frames that are read in full beside the history, 0 .. kMostAnchors; 0: the paper's network
    double dt_min = 0;   ///< Mamba: added to the step size, so that no state outlasts some 1 / dt_min frames

    static constexpr int kMostAnchors = 2;
    /// Width of what steers the step size of Mamba.
    [[nodiscard]] static constexpr std::int64_t dt_rank(std::int64_t dim) { return (dim + 15) / 16; }
};

/// What makes masks: pixel decoder and mask decoder.
struct HeadConfig {
    std::string kind;  ///< "nano"
    int heads = 0;     ///< of every attention
    int ffn = 0;       ///< hidden width of every feed-forward part
    int layers = 0;
    int mask_dim = 0;    ///< channels of the mask features
    int detections = 0;  ///< queries for objects that are not yet known, N_det
};

struct NetConfig {
    std::string name;
    int inference_size = 0;  ///< default short side of the input, pixels
    int dim = 0;             ///< D
    int stride = 0;          ///< pixels of the input in one token, along each side
    BackboneConfig backbone;
    HistoryConfig history;
    HeadConfig head;
};

/// The small default model (model/README.md).
NetConfig nano_config();

/// The fields of a file's metadata "config", each as its JSON text.
using ConfigFields = std::map<std::string, std::string>;

/// The network that these fields describe. Throws std::runtime_error that names the field: it is missing, out of its
/// range, does not fit another, says what this program does not have, or is not known.
NetConfig read_config(const std::string& name, const ConfigFields& fields);

/// The configuration in a weights file's metadata. Version 1 knows no anchors; version 2 has `anchors` and `dt_min`, so
/// that programs that would overlook them refuse the file. Throws std::runtime_error that names the file and what is
/// wrong: a format or version that is not known, or a field.
NetConfig config_of(const io::Safetensors& file);

}  // namespace ausm
