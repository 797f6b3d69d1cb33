// SPDX-License-Identifier: MIT
// The network against the independent PyTorch implementation in tests/reference, on the committed tensors.
#include "nn/ausm_net.h"
#include "nn/nano/pixel_decoder.h"
#include "weights_with.h"

#include <c10/core/InferenceMode.h>

namespace ausm {
namespace {

constexpr double kPhaseBound = 1e-4;
using test::Reference;

/// One inference mode for the whole test: packed weights and plain tensors do not mix across modes.
class Parity : public testing::Test {
protected:
    static const AusmNet& net() {
        static const AusmNet net(test::weights(), at::kFloat);
        return net;
    }
    c10::InferenceMode inference_;
};

Marks marks_of(const at::Tensor& slots, const at::Tensor& masks, const at::Tensor& kinds) {
    return {slots.unsqueeze(0), masks.unsqueeze(0).unsqueeze(0), kinds.unsqueeze(0).unsqueeze(0)};
}

/// The attention masks of every layer: a threshold on logits, so that rounding can flip single tokens.
struct AttentionMasks final : HeadObserver {
    std::vector<at::Tensor> seen, given;  // given: used instead, layer by layer
    at::Tensor blocked(const at::Tensor& by_masks) override {
        seen.push_back(by_masks);
        return given.empty() ? by_masks : given.at(seen.size() - 1);
    }
};

/// What both grids of phases.safetensors have: the whole frame, with the reference's attention masks given.
void check_phases(const AusmNet& net, const Reference& reference, const std::string& prefix) {
    const auto get = [&](const std::string& name) { return reference.get(prefix + name); };
    const auto marks = marks_of(get("slots"), get("masks_u8").to(at::kFloat) / 255, get("kinds"));
    const auto frame = net.encode(test::normalised(get("image_u8")).unsqueeze(0));
    EXPECT_CLOSE(frame.features[0], get("X"), kPhaseBound);
    auto history = net.initial_history(1, frame.grid);
    const auto positions = net.positions(frame.grid);
    const auto compressed = net.compress(marks, positions, history);
    EXPECT_CLOSE(compressed[0], get("F"), kPhaseBound);

    AttentionMasks own, given;
    (void)net.decode(frame, compressed, history.anchors, positions, marks.slots, {}, &own);
    ASSERT_EQ(own.seen.size(), 3U);
    for (std::size_t i = 0; i < own.seen.size(); ++i) {
        given.given.push_back(get("pix." + std::to_string(i) + ".blocked").ne(0).unsqueeze(0));
        const auto equal = own.seen[i].eq(given.given[i]).to(at::kFloat).mean().item<float>();
        EXPECT_GE(equal, 0.999F) << "attention mask of layer " << i;
    }
    const auto prediction = net.decode(frame, compressed, history.anchors, positions, marks.slots, {}, &given);
    EXPECT_CLOSE(prediction.presence[0], get("presence"), kPhaseBound);
    const auto logits = get("logits");
    EXPECT_CLOSE(prediction.masks[0].slice(0, 0, logits.size(0)), logits, kPhaseBound);

    const auto refined = net.refine(frame, positions, marks, history);
    EXPECT_CLOSE(refined.presence[0].slice(0, 0, 2), get("refine.presence"), kPhaseBound);
    EXPECT_CLOSE(refined.masks[0].slice(0, 0, 2), get("refine.logits"), kPhaseBound);
}

TEST_F(Parity, WholeFrameSmallGrid) { check_phases(net(), Reference("phases"), "small."); }

TEST_F(Parity, WholeFrameWideGrid) { check_phases(net(), Reference("phases"), "wide."); }

TEST_F(Parity, EveryPhaseByItself) {
    const Reference reference("phases");
    const auto get = [&](const std::string& name) { return reference.get("small." + name); };
    const auto& config = net().config();
    const Grid grid{4, 6};
    WeightMap weights(test::weights(), at::kFloat);
    const auto image = test::normalised(get("image_u8")).unsqueeze(0).contiguous(at::MemoryFormat::ChannelsLast);
    const auto backbone = make_backbone(weights, config.backbone);
    auto levels = (*backbone)(image);
    for (const auto& [level, name] : {std::pair{0, "s4"}, {1, "s8"}, {2, "s16"}, {3, "s32"}})
        EXPECT_CLOSE(levels.at(static_cast<std::size_t>(level))[0], get(name), kPhaseBound);
    EXPECT_CLOSE((*make_neck(weights, config, backbone->channels()))(levels)[0], get("X"), kPhaseBound);

    const auto marks = marks_of(get("slots"), get("masks_u8").to(at::kFloat) / 255, get("kinds"));
    const auto x0 = weights.take("x0", {config.dim});
    EXPECT_CLOSE(x0 + Marker(weights, config.dim, config.history.id_vectors)(marks, grid)[0][0], get("E"), kPhaseBound);

    const auto positions = net().positions(grid);
    const HistoryCompressor compressor(weights, config.dim, config.history);
    auto states = compressor.initial_states(1, grid.tokens());
    EXPECT_CLOSE(compressor.scan(get("E").unsqueeze(0).unsqueeze(0), positions, states)[0][0], get("F"), kPhaseBound);
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto prefix = "state." + std::to_string(i);
        EXPECT_CLOSE(states[i].conv_tail[0], get(prefix + ".tail"), kPhaseBound);
        EXPECT_CLOSE(states[i].scan[0], get(prefix + ".ssm"), kPhaseBound);
    }
    const HistoryDecoder decoder(weights, config.dim, config.history);
    const auto read = decoder(get("X").unsqueeze(0), get("F").unsqueeze(0), positions);
    EXPECT_CLOSE(read[0], get("G"), kPhaseBound);
    const auto normed = LayerNorm(weights, "ng", config.dim)(get("G").unsqueeze(0));
    const auto last = [](const at::Tensor& x) { return x.unsqueeze(0).contiguous(at::MemoryFormat::ChannelsLast); };
    levels = {last(get("s4")), last(get("s8")), last(get("s16")), last(get("s32"))};
    const nano::FpnPixelDecoder decode(weights, config.dim, config.head.mask_dim, backbone->channels());
    const auto features = decode(normed, levels, grid);
    EXPECT_CLOSE(features[0], get("mask_features"), kPhaseBound);
}

TEST_F(Parity, ThirtyTeacherForcedFrames) {
    const Reference clip("clip"), reference("teacher_forced");
    const auto frames = test::normalised(clip.get("frames_u8"));
    const auto masks = reference.get("marks_u8").to(at::kFloat) / 255;
    const auto kinds = reference.get("kinds"), slots = reference.get("slots"), tokens = reference.get("state_tokens");
    auto history = net().initial_history(1, {6, 10});
    for (std::int64_t t = 0; t < frames.size(0); ++t) {
        const auto marks = marks_of(slots, masks[t], kinds[t]);
        const auto frame = net().encode(frames[t].unsqueeze(0));
        const auto positions = net().positions(frame.grid);
        const auto compressed = net().compress(marks, positions, history);
        const auto prediction = net().decode(frame, compressed, history.anchors, positions, marks.slots);
        history.features = frame.features;
        if (t % 10 != 9)
            continue;
        const auto prefix = "frame" + std::to_string(t);
        EXPECT_CLOSE(compressed[0], reference.get(prefix + ".F"), kPhaseBound);
        EXPECT_CLOSE(prediction.presence[0], reference.get(prefix + ".presence"), 1e-3);
        EXPECT_CLOSE(prediction.masks[0].slice(0, 0, 2), reference.get(prefix + ".logits"), 1e-3);
        for (std::size_t i = 0; i < history.layers.size() && t != 19; ++i) {
            const auto layer = prefix + ".state." + std::to_string(i);
            EXPECT_CLOSE(history.layers[i].conv_tail[0].index_select(1, tokens), reference.get(layer + ".tail"),
                         kPhaseBound);
            EXPECT_CLOSE(history.layers[i].scan[0].index_select(0, tokens), reference.get(layer + ".ssm"), kPhaseBound);
        }
    }
}

/// One anchor from frame 0 on, another from frame 6 on, and a Mamba that forgets.
TEST_F(Parity, TwelveFramesWithAnchors) {
    const AusmNet net(test::weights_with_anchors(2, 0.05), at::kFloat);
    const Reference clip("clip"), forced("teacher_forced"), reference("anchored");
    const auto frames = test::normalised(clip.get("frames_u8"));
    const auto masks = forced.get("marks_u8").to(at::kFloat) / 255, kinds = forced.get("kinds");
    const auto anchor_masks = reference.get("anchor_masks_u8").to(at::kFloat) / 255, slots = reference.get("slots");
    const auto shown = at::ones({2}, at::kLong);
    const auto positions = net.positions({6, 10});
    auto history = net.initial_history(1, {6, 10});
    for (std::int64_t t = 0; t < 12; ++t) {
        const auto prefix = "frame" + std::to_string(t);
        const bool kept = t == 5 || t == 11;
        const auto marks = marks_of(slots, masks[t], kinds[t]);
        const auto frame = net.encode(frames[t].unsqueeze(0));
        const auto compressed = net.compress(marks, positions, history);
        const auto prediction = net.decode(frame, compressed, history.anchors, positions, marks.slots);
        history.features = frame.features;
        if (kept) {
            EXPECT_CLOSE(compressed[0], reference.get(prefix + ".F"), kPhaseBound);
            EXPECT_CLOSE(prediction.presence[0], reference.get(prefix + ".presence"), 1e-3);
            EXPECT_CLOSE(prediction.masks[0].slice(0, 0, 2), reference.get(prefix + ".logits"), 1e-3);
        }
        if (t == 0 || t == 6) {
            const auto place = t == 0 ? 0 : 1;
            const auto anchor = net.anchor(frame.features, marks_of(slots, anchor_masks[place], shown), positions);
            EXPECT_CLOSE(anchor[0], reference.get("anchor" + std::to_string(t)), kPhaseBound);
            history.anchors = history.anchors.with(place, anchor);
        }
        if (t == 11) {
            const auto refined = net.refine(frame, positions, marks, history);
            EXPECT_CLOSE(refined.presence[0].slice(0, 0, 2), reference.get("refine.presence"), 1e-3);
            EXPECT_CLOSE(refined.masks[0].slice(0, 0, 2), reference.get("refine.logits"), 1e-3);
        }
    }
    WeightMap weights(test::weights(), at::kFloat);
    const HistoryDecoder decoder(weights, net.config().dim, net.config().history);
    const auto last = net.encode(frames[11].unsqueeze(0)).features;
    const auto read = decoder(last, reference.get("frame11.F").unsqueeze(0), positions, history.anchors);
    EXPECT_CLOSE(read[0], reference.get("frame11.G"), kPhaseBound);
}

TEST_F(Parity, ThirtyFreeRunningFrames) {
    const Reference clip("clip"), reference("free_running");
    const auto frames = test::normalised(clip.get("frames_u8"));
    const auto expected = reference.get("masks").ne(0), slots = reference.get("slots");
    const auto prompt = reference.get("prompt_u8").to(at::kFloat) / 255;
    auto history = net().initial_history(1, {6, 10});
    auto mask = prompt;
    for (std::int64_t t = 0; t < frames.size(0); ++t) {
        const auto kinds = at::full({2}, t == 0 ? 1 : 0, at::kLong);
        const auto prediction = net().step(frames[t].unsqueeze(0), marks_of(slots, mask, kinds), history);
        const auto logits = prediction.masks[0].slice(0, 0, 2);
        mask = t == 0 ? prompt : logits.sigmoid();
        const auto found = logits > 0;
        for (int k = 0; k < 2; ++k) {
            const auto both = (found[k] & expected[t][k]).sum().item<double>();
            const auto either = (found[k] | expected[t][k]).sum().item<double>();
            EXPECT_GE(both / either, 0.99) << "frame " << t << ", object " << k;
        }
    }
}

}  // namespace
}  // namespace ausm
