// SPDX-License-Identifier: MIT
// The default weights with changes, as bytes: for tests of what a damaged or foreign file says.
#pragma once

#include "reference.h"

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
