// SPDX-License-Identifier: MIT
// What a weights file says of itself is checked against the preset.
#include "nn/config.h"
#include "weights_with.h"

namespace ausm {
namespace {

io::Safetensors with(const std::string& key, const std::string& value) {
    return test::weights_with([&](auto&, auto& metadata) { metadata[key] = value; });
}

TEST(Config, DefaultWeightsAreNano) {
    const auto config = config_of(test::weights());
    EXPECT_EQ(config.name, "ausm-nano");
    EXPECT_EQ(config.head_dim(), 64);
    EXPECT_EQ(config.dt_rank(), 12);
}

TEST(Config, ForeignFilesAreRefused) {
    EXPECT_SAYS(config_of(with("format", "other")), "format 'other'");
    EXPECT_SAYS(config_of(with("format_version", "2")), "version '2'");
    EXPECT_SAYS(config_of(with("model", "ausm-huge")), "ausm-huge");
    EXPECT_SAYS(config_of(with("config", "{")), "not a JSON object");
    EXPECT_SAYS(config_of(with("config", "{}")), "config has no");
    auto config = test::weights().metadata("config");
    config.replace(config.find("192"), 3, "256");
    EXPECT_SAYS(config_of(with("config", config)), "config 'D' is 256");
    EXPECT_SAYS(config_of(test::weights_with([](auto&, auto& metadata) { metadata.erase("config"); })), "'config'");
}

}  // namespace
}  // namespace ausm
