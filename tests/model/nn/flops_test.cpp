// SPDX-License-Identifier: MIT
// The cost of ausm-nano against a count by hand, layer by layer, and against its weights file.
#include "nn/flops.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <stdexcept>

namespace ausm {
namespace {

double part_flops(const NetworkCost& cost, const std::string& name) {
    for (const auto& part : cost.parts)
        if (part.part == name)
            return part.flops;
    throw std::runtime_error("no part '" + name + "'");
}

/// Multiplications with their addition, by hand: rows or cells x inputs x outputs.
constexpr double operations(std::int64_t products) { return 2.0 * static_cast<double>(products); }

// 256 x 448: cells at 1/2 128*224 = 28672, 1/4 64*112 = 7168, 1/8 32*56 = 1792, 1/16 16*28 = 448, 1/32 8*14 = 112.
// A block: expand (x 6), depthwise at the new size, project.
constexpr std::int64_t kBackbone =
    28672 * 27 * 32 +                                                                     // stem 3x3, 3 -> 32
    28672 * 32 * 9 + 28672 * 32 * 16 +                                                    // 0: no expansion, 32 -> 16
    28672 * 16 * 96 + 7168 * 96 * 9 + 7168 * 96 * 24 +                                    // 1: 16 -> 24, to 1/4
    7168 * 24 * 144 + 7168 * 144 * 9 + 7168 * 144 * 24 +                                  // 2: 24 -> 24
    7168 * 24 * 144 + 1792 * 144 * 25 + 1792 * 144 * 40 +                                 // 3: 24 -> 40, 5x5, to 1/8
    1792 * 40 * 240 + 1792 * 240 * 25 + 1792 * 240 * 40 +                                 // 4: 40 -> 40, 5x5
    1792 * 40 * 240 + 448 * 240 * 9 + 448 * 240 * 80 +                                    // 5: 40 -> 80, to 1/16
    2 * (448 * 80 * 480 + 448 * 480 * 9 + 448 * 480 * 80) +                               // 6, 7: 80 -> 80
    448 * 80 * 480 + 448 * 480 * 25 + 448 * 480 * 112 +                                   // 8: 80 -> 112, 5x5
    2 * (448 * 112 * 672 + 448 * 672 * 25 + 448 * 672 * 112) +                            // 9, 10: 112 -> 112
    448 * 112 * 672 + 112 * 672 * 25 + 112 * 672 * 192 +                                  // 11: -> 192, to 1/32
    3 * (112 * 192 * 1152 + 112 * 1152 * 25 + 112 * 1152 * 192) +                         // 12 to 14: 192 -> 192
    112 * 192 * 1152 + 112 * 1152 * 9 + 112 * 1152 * 320;                                 // 15: 192 -> 320
constexpr std::int64_t kProjection = 448 * 112 * 192 + 112 * 320 * 192;                   // both levels -> D = 192
constexpr std::int64_t kMarker = 448 * 1 * 192 + 448 * 192 * 192;                         // M A of one object, W
constexpr std::int64_t kFeedForward = 448 * 192 * 384 + 448 * 384 * 9 + 448 * 384 * 192;  // with depthwise 3x3
// Two layers; keys and values of the attention on 8*14 = 112 pooled cells. dt_rank = 192/16 = 12, 8 states.
constexpr std::int64_t kCompressor =
    2 * (448 * 192 * 384 + 448 * 192 * 4 + 448 * 192 * 28 + 448 * 12 * 192 + 448 * 192 * 192 +  // Mamba, scan below
         2 * 448 * 192 * 192 + 2 * 112 * 192 * 192 + 2 * 448 * 112 * 192 +                      // q, o; k, v; products
         kFeedForward);
constexpr double kScan = 2.0 * 448 * 192 * (8 * 6 + 3);  // operations: 6 per state, 3 per channel
constexpr std::int64_t kHistoryDecoder = 2 * (4 * 448 * 192 * 192 + 2 * 448 * 448 * 192 + kFeedForward);
constexpr std::int64_t kMaskFeatures = 448 * 192 * 64 +                       // from G
                                       1792 * 40 * 64 + 1792 * 64 * 9 * 64 +  // 1/8: lateral, 3x3
                                       7168 * 24 * 64 + 7168 * 64 * 9 +       // 1/4: lateral, depthwise
                                       2 * 7168 * 64 * 64;                    // two 1x1
// 33 queries: one object, 32 detections. Three layers, four times the heads.
constexpr std::int64_t kMaskDecoder = 3 * (2 * 33 * 192 * 192 + 2 * 448 * 192 * 192 + 2 * 33 * 448 * 192 +  // cross
                                           4 * 33 * 192 * 192 + 2 * 33 * 33 * 192 +                         // self
                                           33 * 192 * 384 + 33 * 384 * 192 +                                // FFN
                                           33 * 64 * 448) +                                                 // look
                                      4 * (33 * 192 * 192 + 33 * 192 * 192 + 33 * 192 * 64 +  // embedding, MLP
                                           33 * 192 * 64 + 33 * 192) +                        // its skip; mask bias
                                      33 * 192 +
                                      33 * 64 * 7168;  // presence; masks

/// Nano without its anchor: the paper's network, which the counts below are of.
NetConfig without_anchors() {
    auto config = nano_config();
    config.history.anchors = 0;
    return config;
}

TEST(Flops, NanoAt256x448AgreesWithTheCountByHand) {
    const auto cost = network_cost(without_anchors(), 256, 448, 1);
    EXPECT_EQ(part_flops(cost, "backbone"), operations(kBackbone));
    EXPECT_EQ(part_flops(cost, "projection to X"), operations(kProjection));
    EXPECT_EQ(part_flops(cost, "marker"), operations(kMarker));
    EXPECT_EQ(part_flops(cost, "history compressor"), operations(kCompressor) + kScan);
    EXPECT_EQ(part_flops(cost, "history decoder"), operations(kHistoryDecoder));
    EXPECT_EQ(part_flops(cost, "mask features"), operations(kMaskFeatures));
    EXPECT_EQ(part_flops(cost, "mask decoder"), operations(kMaskDecoder));
    EXPECT_EQ(cost.flops(Phase::kEncode), operations(kBackbone + kProjection));
    EXPECT_EQ(cost.flops(Phase::kCompress), operations(kMarker + kCompressor) + kScan);
    EXPECT_EQ(cost.flops(Phase::kDecode), operations(kHistoryDecoder + kMaskFeatures + kMaskDecoder));
    EXPECT_EQ(cost.flops(), cost.flops(Phase::kEncode) + cost.flops(Phase::kCompress) + cost.flops(Phase::kDecode));
}

/// Figures that the model's designers took with another counter: GFLOP to two places, 33 to 35 queries, and with the
/// projection of the position code (448 x 192 x 192), which is the same on every frame and not counted here.
TEST(Flops, NanoAgreesWithTheDesign) {
    const auto cost = network_cost(without_anchors(), 256, 448, 3);
    EXPECT_NEAR(cost.flops(Phase::kEncode) * 1e-9, 1.70, 0.005);
    EXPECT_NEAR(part_flops(cost, "history compressor") * 1e-9, 0.73, 0.005);
    EXPECT_NEAR((part_flops(cost, "history decoder") + operations(448 * 192 * 192)) * 1e-9, 0.88, 0.005);
    EXPECT_NEAR(part_flops(cost, "mask features") * 1e-9, 0.30, 0.005);
    EXPECT_NEAR(part_flops(cost, "mask decoder") * 1e-9, 0.38, 0.005);
    EXPECT_NEAR(cost.flops() * 1e-9, 4.0, 0.05);
}

/// 288 x 512: 18 x 32 = 576 cells at 1/16. Pooled 2 x 2 they are 9 x 16 = 144; pooled 4 x 4 the rows do not divide, and
/// the last pool is a part of one: 5 x 8 = 40.
TEST(Flops, AnotherSizeAndAPoolThatDoesNotDivide) {
    auto config = without_anchors();
    const auto cost = network_cost(config, 288, 512, 5);
    EXPECT_EQ(part_flops(cost, "backbone") * 256 * 448, operations(kBackbone) * 288 * 512);  // nothing but cells
    const auto attention = [](std::int64_t pooled) {
        return 2 * 576 * 192 * 192 + 2 * pooled * 192 * 192 + 2 * 576 * pooled * 192;
    };
    constexpr std::int64_t rest = 576 * 192 * (384 + 4 + 28 + 12 + 192) + 576 * 384 * (192 + 9 + 192);
    constexpr double scan = 2.0 * 576 * 192 * 51;
    EXPECT_EQ(part_flops(cost, "history compressor"), operations(2 * (attention(144) + rest)) + scan);
    EXPECT_EQ(part_flops(cost, "marker"), operations(576 * 5 * 192 + 576 * 192 * 192));
    EXPECT_EQ(part_flops(cost, "history decoder"),
              operations(2 * (4 * 576 * 192 * 192 + 2 * 576 * 576 * 192 + 576 * 384 * (192 + 9 + 192))));
    config.history.compressor_pool = 4;
    EXPECT_EQ(part_flops(network_cost(config, 288, 512, 5), "history compressor"),
              operations(2 * (attention(40) + rest)) + scan);
}

/// Keys and values of both layers are two or three frames' instead of one's.
TEST(Flops, AnchorsAreReadBesideTheHistory) {
    auto config = without_anchors();
    const auto none = network_cost(config, 256, 448, 1);
    for (const int places : {1, 2}) {
        config.history.anchors = places;
        const auto cost = network_cost(config, 256, 448, 1);
        EXPECT_EQ(part_flops(cost, "history decoder"),
                  operations(kHistoryDecoder + places * 2 * (2 * 448 * 192 * 192 + 2 * 448 * 448 * 192)));
        EXPECT_EQ(cost.flops() - none.flops(),
                  part_flops(cost, "history decoder") - part_flops(none, "history decoder"));
        EXPECT_EQ(cost.parameters(), none.parameters());
        EXPECT_EQ(cost.state_bytes(4), none.state_bytes(4) + static_cast<std::size_t>(places) * (448 * 192 * 4 + 1));
        EXPECT_EQ(cost.state_bytes(2), none.state_bytes(2) + static_cast<std::size_t>(places) * (448 * 192 * 2 + 1));
    }
}

TEST(Flops, WithoutObjectsNothingIsMarked) {
    EXPECT_EQ(part_flops(network_cost(nano_config(), 256, 448, 0), "marker"), 0);
}

TEST(Flops, MemoryDoesNotDependOnTheNumberOfObjects) {
    const auto one = network_cost(without_anchors(), 256, 448, 1), all = network_cost(without_anchors(), 256, 448, 64);
    EXPECT_EQ(one.state_bytes(4), 2U * 448 * 192 * (8 + 3) * 4 + 448U * 192 * 4);
    EXPECT_EQ(one.state_bytes(2), 2U * 448 * 192 * (8 + 3) * 4 + 448U * 192 * 2);
    EXPECT_EQ(all.state_bytes(4), one.state_bytes(4));
    EXPECT_GT(all.flops(), one.flops());
}

/// Every number of the weights file belongs to a part: a layer that is missing or has another shape shows here.
TEST(Flops, ParametersAreThoseOfTheWeightsFile) {
    const char* weights = std::getenv("AUSM_TEST_WEIGHTS");
    ASSERT_NE(weights, nullptr) << "set AUSM_TEST_WEIGHTS to ausm-nano.safetensors";
    const std::map<std::string, std::string> part_of{
        {"backbone", "backbone"},   {"in16", "projection to X"}, {"in32", "projection to X"},
        {"nx", "projection to X"},  {"x0", "projection to X"},   {"ids", "marker"},
        {"kind", "marker"},         {"mark", "marker"},          {"comp", "history compressor"},
        {"dec", "history decoder"}, {"gpos", "history decoder"}, {"ng", "mask features"},
        {"g16", "mask features"},   {"lat8", "mask features"},   {"lat4", "mask features"},
        {"c8", "mask features"},    {"c4", "mask features"},     {"c4p", "mask features"},
        {"mf", "mask features"},    {"det", "mask decoder"},     {"qtype", "mask decoder"},
        {"qn", "mask decoder"},     {"pn", "mask decoder"},      {"emb", "mask decoder"},
        {"embs", "mask decoder"},   {"fg", "mask decoder"},      {"mb", "mask decoder"},
        {"pix", "mask decoder"}};
    std::map<std::string, std::int64_t> in_file;
    const auto file = io::Safetensors::read(weights);
    for (const auto& [name, tensor] : file.tensors()) {
        std::int64_t numbers = 1;
        for (const auto side : tensor.shape)
            numbers *= side;
        in_file[part_of.at(name.substr(0, name.find('.')))] += numbers;
    }
    const auto cost = network_cost(config_of(file), 256, 448, 1);
    for (const auto& part : cost.parts)
        EXPECT_EQ(part.parameters, in_file[part.part]) << part.part;
    EXPECT_EQ(cost.parameters(), 6'063'538);
}

TEST(Flops, RefusesSizesThatTheNetworkDoesNotTake) {
    const auto config = nano_config();
    EXPECT_THROW((void)network_cost(config, 250, 448, 1), std::invalid_argument);
    EXPECT_THROW((void)network_cost(config, 256, 0, 1), std::invalid_argument);
    EXPECT_THROW((void)network_cost(config, -32, 448, 1), std::invalid_argument);
    EXPECT_THROW((void)network_cost(config, 256, 448, 65), std::invalid_argument);
    EXPECT_THROW((void)network_cost(config, 256, 448, -1), std::invalid_argument);
    auto other = config;
    other.backbone.kind = "swin";
    EXPECT_THROW((void)network_cost(other, 256, 448, 1), std::runtime_error);
    other = config;
    other.head.kind = "mask2former";
    EXPECT_THROW((void)network_cost(other, 256, 448, 1), std::runtime_error);
}

}  // namespace
}  // namespace ausm
