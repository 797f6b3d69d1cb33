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

/// The default weights' configuration with changes (null: without that field), in a file of version 2.
io::Safetensors with_config(const Json& changes) {
    return test::weights_with([&](auto&, auto& metadata) {
        auto config = Json::parse(metadata["config"]);
        config.emplace("anchors", 0);
        config.emplace("dt_min", 0.0);
        config.merge_patch(changes);
        metadata["config"] = config.dump();
        metadata["format_version"] = "2";
    });
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
    EXPECT_EQ(config.history.anchors, nano.history.anchors);
    EXPECT_EQ(config.history.dt_min, nano.history.dt_min);
    EXPECT_EQ(config.head.kind, nano.head.kind);
    EXPECT_EQ(config.head.heads, nano.head.heads);
    EXPECT_EQ(config.head.ffn, nano.head.ffn);
    EXPECT_EQ(config.head.layers, nano.head.layers);
    EXPECT_EQ(config.head.mask_dim, nano.head.mask_dim);
    EXPECT_EQ(config.head.detections, nano.head.detections);
}

TEST(Config, ForeignFilesAreRefused) {
    EXPECT_SAYS(config_of(with("format", "other")), "format 'other'");
    EXPECT_SAYS(config_of(with("format_version", "3")), "version '3' is not known; this program reads 'ausm' versions");
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
    for (const auto* key :
         {"D",      "heads", "ffn",   "n_comp",  "sa_pool", "n_dec",     "n_pix",  "cm",       "d_state", "d_conv",
          "expand", "n_id",  "n_det", "anchors", "dt_min",  "use_mamba", "marker", "dec_self", "dw",      "minit"})
        EXPECT_SAYS(config_of(with_config({{key, nullptr}})), "config has no '" + std::string(key) + "'");
}

/// Of version 1: what that network is, or was, without a word of anchors.
io::Safetensors of_version_1(const Json& changes) {
    return test::weights_with([&](auto&, auto& metadata) {
        auto config = Json::parse(metadata["config"]);
        config.erase("anchors");
        config.erase("dt_min");
        config.merge_patch(changes);
        metadata["config"] = config.dump();
        metadata["format_version"] = "1";
    });
}

TEST(Config, AnchorsAreOfVersion2) {
    const auto without = config_of(of_version_1(Json::object()));
    EXPECT_EQ(without.history.anchors, 0);
    EXPECT_EQ(without.history.dt_min, 0);
    const auto with = config_of(with_config({{"anchors", 2}, {"dt_min", 0.05}}));
    EXPECT_EQ(with.history.anchors, 2);
    EXPECT_EQ(with.history.dt_min, 0.05);
    EXPECT_SAYS(config_of(of_version_1({{"anchors", 1}})),
                "changed: config 'anchors' is 1, but files of version '1' have no such field");
    EXPECT_SAYS(config_of(of_version_1({{"dt_min", 0.05}})), "config 'dt_min' is 0.05, but files of version '1'");
}

TEST(Config, UnknownFieldsAreRefused) {
    EXPECT_SAYS(config_of(with_config({{"window", 7}})),
                "config 'window' is 7, a field that this program does not know");
    EXPECT_SAYS(config_of(of_version_1({{"window", 7}})), "config 'window' is 7");
    EXPECT_NO_THROW(config_of(with_config({{"frozen", 16}, {"tied", true}, {"qk", 1.8}})));
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
    EXPECT_SAYS(config_of(with_config({{"anchors", 3}})), "config 'anchors' is 3, it must be a whole number in 0 .. 2");
    EXPECT_SAYS(config_of(with_config({{"anchors", -1}})), "in 0 .. 2");
    EXPECT_SAYS(config_of(with_config({{"anchors", true}})), "config 'anchors' is true");
    EXPECT_SAYS(config_of(with_config({{"dt_min", -0.1}})), "config 'dt_min' is -0.1, it must be a number in 0 .. 1");
    EXPECT_SAYS(config_of(with_config({{"dt_min", 1.5}})), "it must be a number in 0 .. 1");
    EXPECT_SAYS(config_of(with_config({{"dt_min", "0.05"}})), "it must be a number in 0 .. 1");
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
