// SPDX-License-Identifier: MIT
// Saved states that are damaged or belong to another model are refused, and the stream goes on.
#include "session/state_file.h"
#include "../../environment_variable.h"
#include "scene.h"
#include "weights_with.h"

#include <c10/core/InferenceMode.h>

#include <cstring>
#include <limits>
#include <map>

namespace ausm {
namespace {

class StateFile : public testing::Test {
protected:
    void SetUp() override {
        SessionOptions options;
        options.inference_size = 64;
        session_ = test::engine()->session(options);
        const auto prompt = scene_.disc_box({0.5, 0.5}, 12);
        (void)test::step(*session_, scene_.draw({0.5, 0.5}), {prompt});
        saved_ = session_->save();
    }
    [[nodiscard]] io::Safetensors parsed() const {
        const auto* first = reinterpret_cast<const std::byte*>(saved_.data());
        return io::Safetensors::parse({first, first + saved_.size()}, "saved");
    }
    static std::vector<std::uint8_t> bytes_of(const std::vector<std::byte>& file) {
        const auto* first = reinterpret_cast<const std::uint8_t*>(file.data());
        return {first, first + file.size()};
    }
    /// The saved state with another metadata value.
    [[nodiscard]] std::vector<std::uint8_t> with(const std::string& key,
                                                 const std::function<std::string(std::string)>& change) const {
        const auto file = parsed();
        auto metadata = file.metadata();
        metadata[key] = change(metadata[key]);
        return bytes_of(io::write_safetensors(file.tensors(), metadata));
    }
    test::Scene scene_{128, 96};
    std::unique_ptr<Session> session_;
    std::vector<std::uint8_t> saved_;
};

TEST_F(StateFile, RoundTripIsExact) {
    session_->reset();
    session_->load(saved_);
    EXPECT_EQ(session_->save(), saved_);
    session_->reset();
    const auto empty = session_->save();
    session_->load(empty);
    EXPECT_EQ(session_->save(), empty);
}

TEST_F(StateFile, EveryHundredthCutIsRefused) {
    for (std::size_t size = 0; size < saved_.size(); size += 1 + saved_.size() / 100)
        EXPECT_THROW(session_->load({saved_.data(), size}), std::runtime_error) << size;
    EXPECT_EQ(session_->save(), saved_) << "the running state stays";
}

TEST_F(StateFile, ForeignAndContradictoryStatesAreRefusedWithTheReason) {
    const auto replaced = [](const char* from, const char* to) {
        return [=](std::string text) {
            const auto at = text.find(from);
            return at == std::string::npos ? text : text.replace(at, std::string(from).size(), to);
        };
    };
    EXPECT_SAYS(session_->load(with("weights_hash", [](auto) { return "0"; })), "other weights");
    EXPECT_SAYS(session_->load(with("format", [](auto) { return "ausm"; })), "not known");
    EXPECT_SAYS(session_->load(with("format_version", [](auto) { return "9"; })), "version '9'");
    EXPECT_SAYS(session_->load(with("stream", [](auto) { return "{"; })), "damaged");
    EXPECT_SAYS(session_->load(with("stream", [](auto) { return "{}"; })), "damaged");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"rows\":4", "\"rows\":4,\"rows\":5"))), "'rows' stands twice");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"rows\":4", "\"rows\":[[[[[[4]]]]]]"))), "nested too deeply");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"slot\":0", "\"slot\":5"))), "contradict");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"rows\":4", "\"rows\":5"))), "does not fit");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"rows\":4", "\"rows\":-1"))), "'rows'");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"rows\":4", "\"rows\":4096"))), "does not fit");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"rows\":4", "\"rows\":0"))), "impossible");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"slot\":0", "\"slot\":1e300"))), "'slot'");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"unseen\":0", "\"unseen\":18446744073709551615"))),
                "'unseen'");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"score\":", "\"score\":1"))), "'score'");
    EXPECT_EQ(session_->save(), saved_);
}

/// A stream of a model with two anchors, one of them made.
class StateWithAnchors : public testing::Test {
protected:
    StateWithAnchors() {
        model_.max_objects = net_.config().history.id_vectors;
        state_.table = ObjectTable(model_.max_objects, 0);
        state_.table.add(7, ObjectOrigin::kPrompt);
        state_.history = net_.initial_history(1, {4, 6});
        state_.history.anchors = state_.history.anchors.with(0, at::randn({1, 24, net_.config().dim}));
        (void)state_.anchors.add({{7, 0}}, state_.table, 2);
        state_.masks = at::rand({1, 16, 24});
        state_.frames = 1;
    }
    const c10::InferenceMode inference_;
    AusmNet net_{test::weights_with_anchors(2, 0.05), at::kFloat};
    ModelInfo model_;
    StreamState state_;
};

TEST_F(StateWithAnchors, RoundTripIsExact) {
    const auto saved = save_state(state_, model_);
    const auto loaded = load_state(saved, model_, net_).state;
    EXPECT_TRUE(at::equal(loaded.history.anchors.tokens, state_.history.anchors.tokens));
    EXPECT_TRUE(at::equal(loaded.history.anchors.valid, state_.history.anchors.valid));
    EXPECT_EQ(loaded.anchors.places(), state_.anchors.places());
    EXPECT_EQ(save_state(loaded, model_), saved);
}

TEST_F(StateWithAnchors, AModelWithoutPlacesRefusesIt) {
    const AusmNet without(test::weights(), at::kFloat);
    EXPECT_SAYS(load_state(save_state(state_, model_), model_, without), "no place");
}

TEST_F(StateWithAnchors, AnOlderStateHasNone) {
    state_.anchors = {};
    const auto loaded = load_state(save_state(state_, model_), model_, net_).state;
    EXPECT_EQ(loaded.history.anchors.places(), 2);
    EXPECT_FALSE(loaded.history.anchors.valid.any().item<bool>());
}

TEST_F(StateWithAnchors, ContradictionsAreRefused) {
    state_.anchors = AnchorTable({{{7, 0}}, {{8, 0}}});
    EXPECT_SAYS(load_state(save_state(state_, model_), model_, net_), "'id'") << "no such object has lived";
    state_.anchors = AnchorTable({{}, {{7, 0}}});
    EXPECT_SAYS(load_state(save_state(state_, model_), model_, net_), "'anchors'");
    state_.anchors = AnchorTable({{{7, 5}}});
    EXPECT_SAYS(load_state(save_state(state_, model_), model_, net_), "contradict") << "object 7 lives in slot 0";
}

TEST_F(StateFile, NumbersThatAreNotFiniteAreRefused) {
    for (const char* name : {"features", "masks", "layers.0.scan", "layers.1.conv_tail"}) {
        const auto file = parsed();
        auto tensors = file.tensors();
        auto& view = tensors.at(name);
        std::vector<std::byte> data(view.data.begin(), view.data.end());
        const float nan = std::numeric_limits<float>::quiet_NaN();
        std::memcpy(data.data() + data.size() - sizeof nan, &nan, sizeof nan);
        view.data = data;
        EXPECT_SAYS(session_->load(bytes_of(io::write_safetensors(tensors, file.metadata()))),
                    "not all of its numbers");
    }
    EXPECT_EQ(session_->save(), saved_);
}

/// As between a processor with bfloat16 and one without it, where each does what it does best.
TEST_F(StateFile, AStreamGoesOnInTheOtherPrecision) {
    const auto opened = [](const char* precision) {
        const test::EnvironmentVariable automatic("AUSM_PRECISION", precision);
        return open_engine({.weights = test::path_from("AUSM_TEST_WEIGHTS"), .threads = 1});
    };
    const std::map<std::string, std::shared_ptr<Engine>> engines{{"fp32", opened("fp32")}, {"bf16", opened("bf16")}};
    for (const auto& [there, here] : {std::pair("bf16", "fp32"), std::pair("fp32", "bf16")}) {
        SessionOptions options;
        options.inference_size = 64;
        const auto first = engines.at(there)->session(options), second = engines.at(here)->session(options);
        const auto prompt = scene_.disc_box({0.5, 0.5}, 12);
        (void)test::step(*first, scene_.draw({0.5, 0.5}), {prompt});
        const auto differences = second->load(first->save());
        ASSERT_EQ(differences.size(), 1U);
        EXPECT_EQ(differences[0], std::string("precision: ") + there + " there, " + here + " here");
        const auto result = test::step(*second, scene_.draw({0.52, 0.5}));
        ASSERT_EQ(result.objects.size(), 1U);
        EXPECT_EQ(result.objects[0].id, 12);
        EXPECT_GT(test::disc_iou(result, result.objects[0].value, {0.52, 0.5}), 0.7) << there << " to " << here;
    }
}

TEST_F(StateFile, WhatWasDifferentThereIsTold) {
    EXPECT_TRUE(session_->load(saved_).empty());
    const std::string precision = test::engine()->info().precision == Precision::kBfloat16 ? "bf16" : "fp32";
    const auto other = [](const std::string&) { return std::string("another"); };
    for (const auto& [key, text] : {std::pair("device", std::string("device: another there, cpu here")),
                                    std::pair("precision", "precision: another there, " + precision + " here"),
                                    std::pair("threads", std::string("number of threads: another there, ")),
                                    std::pair("processor", std::string("processor: another there, ")),
                                    std::pair("libtorch", std::string("LibTorch: another there, "))}) {
        const auto differences = session_->load(with(key, other));
        ASSERT_EQ(differences.size(), 1U) << key;
        EXPECT_TRUE(differences[0].starts_with(text)) << differences[0];
    }
}

}  // namespace
}  // namespace ausm
