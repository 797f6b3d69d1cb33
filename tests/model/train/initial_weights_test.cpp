// SPDX-License-Identifier: MIT
// New weights look things up by likeness from the start.
#include "train/initial_weights.h"
#include "train/losses.h"

#include "small_net.h"
#include "training_clips.h"

namespace ausm::train {
namespace {

at::Tensor some_images() {
    at::manual_seed(9);
    return (at::upsample_bilinear2d(at::rand({24, 3, 6, 9}) * 255, {64, 96}, false) + at::randn({24, 3, 64, 96}) * 9)
        .clamp(0, 255)
        .to(at::kByte);
}

const io::Safetensors& fresh() {
    static const auto file = initial_weights(test::weights(), some_images(), 3);
    return file;
}

at::Tensor get(const std::string& name) { return to_tensor(fresh().tensors().at(name)); }

TEST(InitialWeights, AreAWholeNetworkWithTheOldBackbone) {
    const AusmNet net(fresh(), at::kFloat);
    EXPECT_EQ(net.parameters(), AusmNet(test::weights(), at::kFloat).parameters());
    for (const auto& [name, view] : test::weights().tensors())
        if (name.starts_with("backbone."))
            EXPECT_TRUE(at::equal(get(name), to_tensor(view))) << name;
        else
            EXPECT_TRUE(get(name).isfinite().all().item<bool>()) << name;
}

TEST(InitialWeights, FeaturesAreWhite) {
    WeightMap map(fresh(), at::kFloat);
    const auto pixels = (some_images().to(at::kFloat) - 127) / 128;
    const auto pyramid =
        (*make_backbone(map, nano_config().backbone))(pixels.contiguous(at::MemoryFormat::ChannelsLast));
    const auto tokens = pyramid[2].permute({0, 2, 3, 1}).flatten(0, 2);
    const auto projected = at::linear(tokens, get("in16.weight"), get("in16.bias")).narrow(1, 0, 40);
    const auto covariance = at::mm(projected.t(), projected) / projected.size(0);
    EXPECT_LT(projected.mean(0).abs().max().item<float>(), 1e-3F);
    const auto diagonal = covariance.diagonal();
    EXPECT_LT((covariance - at::diag(diagonal)).abs().max().item<float>(), 0.02F);
    EXPECT_GT(diagonal.min().item<float>(), 0.3F);
    EXPECT_LT(diagonal.max().item<float>(), 1.01F);
}

TEST(InitialWeights, WhatBelongsTogetherIsTied) {
    const auto q = get("dec.0.attn.q.weight"), v = get("dec.0.attn.v.weight"), o = get("dec.0.attn.o.weight");
    EXPECT_TRUE(at::equal(q, get("dec.0.attn.k.weight")));
    EXPECT_CLOSE(at::mm(q, q.t()), at::eye(192) * (1.8 * 1.8), 1e-4);
    EXPECT_CLOSE(at::mm(o, v), at::eye(192) * 0.7, 1e-4);
    EXPECT_TRUE(at::equal(get("g16.weight"), get("embs.weight")));
    const auto ids = get("ids");
    EXPECT_CLOSE(at::mm(ids, ids.t()), at::eye(64) * 192, 1e-4);
}

TEST(InitialWeights, AnyNetworkOfNanosKindCanBegin) {
    const auto file = initial_weights(test::small_net(), some_images(), 3);
    EXPECT_EQ(file.metadata("model"), "small-nano");
    const AusmNet net(file, at::kFloat);
    auto history = net.initial_history(1, {4, 6});
    const auto masks = net.step(at::rand({1, 3, 64, 96}), {}, history).masks;
    EXPECT_TRUE(masks.isfinite().all().item<bool>());
}

TEST(InitialWeights, ASeedGivesTheSameWeightsAndAnotherGivesOthers) {
    EXPECT_EQ(initial_weights(test::weights(), some_images(), 3).hash(), fresh().hash());
    EXPECT_NE(initial_weights(test::weights(), some_images(), 4).hash(), fresh().hash());
}

}  // namespace
}  // namespace ausm::train
