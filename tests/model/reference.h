// SPDX-License-Identifier: MIT
// Files that the model's tests read, and comparison of tensors.
#pragma once

#include "io/safetensors.h"
#include "nn/weight_map.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace ausm::test {

inline std::string path_from(const char* variable) {
    const char* value = std::getenv(variable);
    if (value == nullptr)
        throw std::runtime_error(std::string(variable) + " is not set: run the tests through meson");
    return value;
}

/// The default weights, read once.
inline const io::Safetensors& weights() {
    static const auto file = io::Safetensors::read(path_from("AUSM_TEST_WEIGHTS"));
    return file;
}

/// One file of tests/reference/data.
class Reference {
public:
    explicit Reference(const std::string& name)
        : file_(io::Safetensors::read(path_from("AUSM_TEST_REFERENCE") + "/" + name + ".safetensors")) {}
    [[nodiscard]] at::Tensor get(const std::string& name) const { return to_tensor(file_.tensors().at(name)); }

private:
    io::Safetensors file_;
};

/// Largest difference as a share of the largest value.
inline double relative_error(const at::Tensor& actual, const at::Tensor& expected) {
    EXPECT_EQ(actual.sizes(), expected.sizes());
    if (actual.sizes() != expected.sizes())
        return INFINITY;
    const auto a = actual.to(at::kDouble), e = expected.to(at::kDouble);
    return ((a - e).abs().max() / e.abs().max().clamp_min(1e-12)).item<double>();
}

#define EXPECT_CLOSE(actual, expected, bound) \
    EXPECT_LE(::ausm::test::relative_error((actual), (expected)), (bound)) << #actual

/// uint8 [..., H, W, 3] -> normalised float [..., 3, H, W].
inline at::Tensor normalised(const at::Tensor& bytes) { return ((bytes.to(at::kFloat) - 127) / 128).movedim(-1, -3); }

}  // namespace ausm::test
