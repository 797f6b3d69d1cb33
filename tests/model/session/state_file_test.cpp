// SPDX-License-Identifier: MIT
// Saved states that are damaged or belong to another model are refused, and the stream goes on.
#include "scene.h"
#include "weights_with.h"

namespace ausm {
namespace {

class StateFile : public testing::Test {
protected:
    void SetUp() override {
        SessionOptions options;
        options.inference_size = 64;
        session_ = test::engine()->session(options);
        const auto prompt = scene_.disc_box({0.5, 0.5}, 12);
        (void)test::step(*session_, scene_.draw({0.5, 0.5}), {&prompt, 1});
        saved_ = session_->save();
    }
    /// The saved state with another metadata value.
    std::vector<std::uint8_t> with(const std::string& key, const std::function<std::string(std::string)>& change) {
        const auto* first = reinterpret_cast<const std::byte*>(saved_.data());
        const auto file = io::Safetensors::parse({first, first + saved_.size()}, "saved");
        auto metadata = file.metadata();
        metadata[key] = change(metadata[key]);
        const auto bytes = io::write_safetensors(file.tensors(), metadata);
        const auto* out = reinterpret_cast<const std::uint8_t*>(bytes.data());
        return {out, out + bytes.size()};
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
    EXPECT_SAYS(session_->load(with("stream", replaced("\"slot\":0", "\"slot\":5"))), "contradict");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"rows\":4", "\"rows\":5"))), "does not fit");
    EXPECT_SAYS(session_->load(with("stream", replaced("\"rows\":4", "\"rows\":-1"))), "impossible");
    EXPECT_EQ(session_->save(), saved_);
}

}  // namespace
}  // namespace ausm
