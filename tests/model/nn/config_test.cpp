// SPDX-License-Identifier: MIT
// What a weights file says of its network is read, and checked for what can be.
#include "nn/config.h"
#include "kernels/mamba_step.h"
#include "weights_with.h"

#include <nlohmann/json.hpp>

namespace ausm {
namespace {

using Json = nlohmann::json;

io::Safetensors with(const std::string& key, const std::string& value) {
    return test::weights_with([&](auto&, auto& metadata) { metadata[key] = value; });
}

/// The default weights' configuration with changes (null: without that field).
io::Safetensors with_config(const Json& changes) {
    auto config = Json::parse(test::weights().metadata("config"));
    config.merge_patch(changes);
    return with("config", config.dump());
}

TEST(Config, DefaultWeightsAreNano) {
    const auto config = config_of(test::weights()), nano = nano_config();
    EXPECT_EQ(config.name, nano.name);
    EXPECT_EQ(config.inference_size, nano.inference_size);
    EXPECT_EQ(config.dim, nano.dim);
    EXPECT_EQ(config.stride, nano.stride);
    EXPECT_EQ(config.backbone.kind, nano.backbone.kind);
    EXPECT_EQ(config.history.heads, nano.history.heads);
    EXPECT_EQ(config.history.ffn, nano.history.ffn);
    EXPECT_EQ(config.history.compressor_layers, nano.history.compressor_layers);
    EXPECT_EQ(config.history.compressor_pool, nano.history.compressor_pool);
    EXPECT_EQ(config.history.decoder_layers, nano.history.decoder_layers);
    EXPECT_EQ(config.history.state_dim, nano.history.state_dim);
    EXPECT_EQ(config.history.conv_width, nano.history.conv_width);
    EXPECT_EQ(config.history.expand, nano.history.expand);
    EXPECT_EQ(config.history.id_vectors, nano.history.id_vectors);
    EXPECT_EQ(config.head.kind, nano.head.kind);
    EXPECT_EQ(config.head.heads, nano.head.heads);
    EXPECT_EQ(config.head.ffn, nano.head.ffn);
    EXPECT_EQ(config.head.layers, nano.head.layers);
    EXPECT_EQ(config.head.mask_dim, nano.head.mask_dim);
    EXPECT_EQ(config.head.detections, nano.head.detections);
}

TEST(Config, ForeignFilesAreRefused) {
    EXPECT_SAYS(config_of(with("format", "other")), "format 'other'");
    EXPECT_SAYS(config_of(with("format_version", "2")), "version '2'");
    EXPECT_SAYS(config_of(with("model", "")), "changed: the metadata's model has no name");
    EXPECT_SAYS(config_of(with("config", "{")), "not a JSON object");
    EXPECT_SAYS(config_of(with("config", "{}")), "changed: config has no");
    EXPECT_SAYS(config_of(test::weights_with([](auto&, auto& metadata) { metadata.erase("config"); })), "'config'");
}

TEST(Config, OtherSizesAreTaken) {
    const auto config = config_of(with_config({{"D", 256}, {"heads", 8}, {"n_comp", 6}, {"inference_size", 480}}));
    EXPECT_EQ(config.dim, 256);
    EXPECT_EQ(config.history.heads, 8);
    EXPECT_EQ(config.head.heads, 8);
    EXPECT_EQ(config.history.compressor_layers, 6);
    EXPECT_EQ(config.inference_size, 480);
}

TEST(Config, EveryFieldIsNeeded) {
    for (const auto* key : {"D", "heads", "ffn", "n_comp", "sa_pool", "n_dec", "n_pix", "cm", "d_state", "d_conv",
                            "expand", "n_id", "n_det", "use_mamba", "marker", "dec_self", "dw", "minit"})
        EXPECT_SAYS(config_of(with_config({{key, nullptr}})), "config has no '" + std::string(key) + "'");
}

TEST(Config, WhatNoNetworkCanBeIsRefused) {
    EXPECT_SAYS(config_of(with_config({{"D", 4}})), "config 'D' is 4, it must be a whole number in 8 .. 1024");
    EXPECT_SAYS(config_of(with_config({{"D", 1028}})), "in 8 .. 1024");
    EXPECT_SAYS(config_of(with_config({{"D", 192.5}})), "config 'D' is 192.5, it must be a whole number");
    EXPECT_SAYS(config_of(with_config({{"D", "192"}})), "it must be a whole number");
    EXPECT_SAYS(config_of(with_config({{"heads", {3, 6}}})), "config 'heads' is [3,6], it must be a whole number");
    EXPECT_SAYS(config_of(with_config({{"n_comp", 1e12}})), "'n_comp'");
    EXPECT_SAYS(config_of(with_config({{"n_dec", -1}})), "'n_dec' is -1");
    EXPECT_SAYS(config_of(with_config({{"n_id", 255}})), "in 1 .. 254");
    EXPECT_SAYS(config_of(with_config({{"d_state", 17}})), "in 1 .. 16");
    EXPECT_SAYS(config_of(with_config({{"D", 190}, {"heads", 2}})), "it must be a multiple of 4");
    EXPECT_SAYS(config_of(with_config({{"heads", 5}})), "config 'D' is 192, it must be a multiple of 'heads', 5");
    EXPECT_SAYS(config_of(with_config({{"D", 384}, {"expand", 3}})), "times 'expand' it must be at most 1024");
    EXPECT_SAYS(config_of(with_config({{"inference_size", 250}})), "it must be a multiple of 32");
    EXPECT_SAYS(config_of(with_config({{"marker", "paper"}})),
                R"(config 'marker' is "paper", this program has "max1")");
    EXPECT_SAYS(config_of(with_config({{"dec_self", true}})), "config 'dec_self' is true, this program has false");
}

TEST(Config, TheLargestNetworkFitsTheKernels) {
    const auto config = config_of(with_config({{"D", 1024}, {"heads", 8}, {"d_state", 16}, {"d_conv", 4}}));
    EXPECT_EQ(config.history.expand * config.dim, kMambaStepMaxChannels);
    EXPECT_EQ(config.history.state_dim, kMambaStepMaxStates);
    EXPECT_EQ(config.history.conv_width, kMambaStepMaxTaps);
    EXPECT_EQ(HistoryConfig::dt_rank(config.dim), kMambaStepMaxRank);
}

}  // namespace
}  // namespace ausm
