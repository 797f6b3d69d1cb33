// SPDX-License-Identifier: MIT
// A saved state with its layers zeroed.
#include "tools/eval_zero_state.h"

#include "io/safetensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace ausm::tools {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes state_of(const std::map<std::string, std::string>& contents) {
    std::map<std::string, io::TensorView> tensors;
    for (const auto& [name, content] : contents)
        tensors[name] = {"U8",
                         {static_cast<std::int64_t>(content.size())},
                         std::as_bytes(std::span(content.data(), content.size()))};
    const auto bytes = io::write_safetensors(tensors, {{"format", "ausm-state"}, {"stream", "{}"}});
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return {first, first + bytes.size()};
}

TEST(WithZeroState, ZeroesTheLayersAndNothingElse) {
    const auto before =
        state_of({{"features", "abc"}, {"masks", "de"}, {"layers.0.scan", "fghi"}, {"layers.1.conv_tail", "jk"}});
    EXPECT_EQ(with_zero_state(before), state_of({{"features", "abc"},
                                                 {"masks", "de"},
                                                 {"layers.0.scan", std::string(4, '\0')},
                                                 {"layers.1.conv_tail", std::string(2, '\0')}}));
}

TEST(WithZeroState, BeforeTheFirstFrameThereIsNothingToZero) { EXPECT_EQ(with_zero_state(state_of({})), state_of({})); }

TEST(WithZeroState, RefusesWhatIsNoState) {
    EXPECT_THROW((void)with_zero_state(Bytes{1, 2, 3}), std::runtime_error);
    EXPECT_THROW((void)with_zero_state(state_of({{"something", "abc"}})), std::runtime_error);
}

}  // namespace
}  // namespace ausm::tools
