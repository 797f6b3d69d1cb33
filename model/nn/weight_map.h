// SPDX-License-Identifier: MIT
// Hands the tensors of a weights file to the layers, and knows what is missing, misshaped or left over.
#pragma once

#include "io/safetensors.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ausm {

/// Which tensors are to be trained, by name.
using Trainable = std::function<bool(const std::string&)>;

/// Every layer takes its tensors by name and shape while it is constructed; finish() then tells all problems at once.
class WeightMap {
public:
    /// `dtype` is the network's working precision: float64 (tests), float32 or bfloat16; `device` where it computes.
    /// `trainable`: the tensors for which it is true ask for a gradient; empty: none, and tensors() stays empty.
    WeightMap(const io::Safetensors& file, at::ScalarType dtype, at::Device device = at::kCPU, Trainable trainable = {})
        : file_(file), dtype_(dtype), device_(device), trainable_(std::move(trainable)) {}

    /// The tensor in the working precision. A missing or misshaped one is noted, and zeros are returned.
    at::Tensor take(const std::string& name, at::IntArrayRef shape);
    /// The same in at least float32: for what must not lose bits (A_log, D, the recurrence; ausm.md section 5).
    at::Tensor take_exact(const std::string& name, at::IntArrayRef shape);

    [[nodiscard]] at::ScalarType dtype() const { return dtype_; }
    [[nodiscard]] at::ScalarType exact_dtype() const { return dtype_ == at::kDouble ? at::kDouble : at::kFloat; }
    [[nodiscard]] std::size_t parameters() const { return parameters_; }
    /// What has been taken from a map that trains, as in the file: leaves that the layers share.
    [[nodiscard]] const std::map<std::string, at::Tensor>& tensors() const { return tensors_; }

    /// Throws std::runtime_error that names every missing, misshaped and unknown tensor.
    void finish() const;

private:
    at::Tensor load(const std::string& name, at::IntArrayRef shape, at::ScalarType dtype);

    const io::Safetensors& file_;
    at::ScalarType dtype_;
    at::Device device_;
    Trainable trainable_;
    std::map<std::string, at::Tensor> tensors_;
    std::set<std::string> taken_;
    std::vector<std::string> problems_;
    std::size_t parameters_ = 0;
};

/// Copy of a tensor of a file. Throws std::runtime_error for a dtype that LibTorch has no name for.
at::Tensor to_tensor(const io::TensorView& view);
/// The file's name of a dtype ("F32", ...).
std::string dtype_name(at::ScalarType dtype);

}  // namespace ausm
