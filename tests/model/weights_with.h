// SPDX-License-Identifier: MIT
// The default weights with changes, as bytes: for tests of what a damaged or foreign file says.
#pragma once

#include "reference.h"

#include <nlohmann/json.hpp>

#include <functional>

namespace ausm::test {

using Tensors = std::map<std::string, io::TensorView>;
using Metadata = std::map<std::string, std::string>;

inline io::Safetensors weights_with(const std::function<void(Tensors&, Metadata&)>& change) {
    auto tensors = weights().tensors();
    auto metadata = weights().metadata();
    change(tensors, metadata);
    return io::Safetensors::parse(io::write_safetensors(tensors, metadata), "changed");
}

/// The default weights with places for anchors, as a file that has them says it. They need no weights of their own.
inline io::Safetensors weights_with_anchors(int places, double dt_min) {
    return weights_with([&](auto&, auto& metadata) {
        auto config = nlohmann::json::parse(metadata["config"]);
        config["anchors"] = places;
        config["dt_min"] = dt_min;
        metadata["config"] = config.dump();
        metadata["format_version"] = "2";
    });
}

inline std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "";
}

#define EXPECT_SAYS(action, text)                                                      \
    EXPECT_NE(::ausm::test::message_of([&] { action; }).find(text), std::string::npos) \
        << ::ausm::test::message_of([&] { action; })

}  // namespace ausm::test
