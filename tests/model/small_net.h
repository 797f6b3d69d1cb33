// SPDX-License-Identifier: MIT
// A network of nano's kind in other sizes, with weights drawn by chance: nothing but its file says how large it is.
#pragma once

#include "nn/ausm_net.h"
#include "nn/tensor_file.h"
#include "weights_with.h"

#include <cmath>
#include <sstream>

namespace ausm::test {

inline const Metadata kSmallNet{
    {"format", "ausm"},
    {"format_version", "1"},
    {"model", "small-nano"},
    {"config", R"({"D": 64, "heads": 2, "ffn": 96, "n_comp": 1, "sa_pool": 1, "n_dec": 3, "n_pix": 2, "cm": 24,
                   "d_state": 4, "d_conv": 3, "expand": 2, "n_id": 12, "n_det": 9, "inference_size": 96,
                   "use_mamba": true, "marker": "max1", "dec_self": false, "dw": true, "minit": true})"}};

/// Scaled so that activations neither fade nor grow.
inline at::Tensor drawn_weight(const std::string& name, const std::vector<std::int64_t>& shape) {
    const auto numbers = at::randn(shape);
    if (shape.size() > 1)
        return numbers * std::sqrt(2.0 * static_cast<double>(shape[0]) / static_cast<double>(numbers.numel()));
    return numbers * 0.1 + (name.ends_with("weight") ? 1 : 0);
}

/// The loader names what a file without tensors lacks, which is all.
inline std::vector<std::byte> small_net_bytes() {
    const auto lacks = message_of(
        [] { (void)AusmNet(io::Safetensors::parse(io::write_safetensors({}, kSmallNet), "nothing"), at::kFloat); });
    at::manual_seed(1);
    TensorFile file;
    std::istringstream lines(lacks);
    for (std::string line, word, name; std::getline(lines, line);) {
        std::istringstream words(line);
        if (!(words >> word >> name) || word != "missing:")
            continue;
        std::vector<std::int64_t> shape;
        char bracket = 0;
        words >> bracket;
        for (std::int64_t side = 0; words >> side; words >> bracket)  // "[2, 3]"
            shape.push_back(side);
        file.add(name, drawn_weight(name, shape));
    }
    return file.bytes(kSmallNet);
}

inline const io::Safetensors& small_net() {
    static const auto file = io::Safetensors::parse(small_net_bytes(), "small");
    return file;
}

}  // namespace ausm::test
