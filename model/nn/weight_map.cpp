// SPDX-License-Identifier: MIT
// Strict loading: a network never starts with a tensor that the file did not give.
#include "nn/weight_map.h"

#include <ATen/ATen.h>

#include <array>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace ausm {
namespace {

constexpr std::array<std::pair<const char*, at::ScalarType>, 8> kTypes{{{"F64", at::kDouble},
                                                                        {"F32", at::kFloat},
                                                                        {"F16", at::kHalf},
                                                                        {"BF16", at::kBFloat16},
                                                                        {"I64", at::kLong},
                                                                        {"I32", at::kInt},
                                                                        {"U8", at::kByte},
                                                                        {"BOOL", at::kBool}}};

std::string text(at::IntArrayRef shape) {
    std::ostringstream out;
    out << shape;
    return out.str();
}

}  // namespace

at::Tensor to_tensor(const io::TensorView& view) {
    for (const auto& [name, type] : kTypes) {
        if (view.dtype != name)
            continue;
        auto tensor = at::empty(view.shape, type);
        if (!view.data.empty())
            std::memcpy(tensor.mutable_data_ptr(), view.data.data(), view.data.size());
        return tensor;
    }
    throw std::runtime_error("no tensor type for dtype " + view.dtype);
}

std::string dtype_name(at::ScalarType dtype) {
    for (const auto& [name, type] : kTypes)
        if (type == dtype)
            return name;
    throw std::runtime_error("this dtype cannot be stored in a safetensors file");
}

at::Tensor WeightMap::load(const std::string& name, at::IntArrayRef shape, at::ScalarType dtype) {
    taken_.insert(name);
    const auto found = file_.tensors().find(name);
    if (found == file_.tensors().end()) {
        problems_.push_back("missing: " + name + " " + text(shape));
        return at::zeros(shape, at::TensorOptions(device_).dtype(dtype));
    }
    if (at::IntArrayRef(found->second.shape) != shape) {
        problems_.push_back("misshaped: " + name + " is " + text(found->second.shape) + ", the model needs " +
                            text(shape));
        return at::zeros(shape, at::TensorOptions(device_).dtype(dtype));
    }
    auto tensor = to_tensor(found->second);
    if (!tensor.is_floating_point()) {
        problems_.push_back("wrong dtype: " + name + " is " + found->second.dtype + ", the model needs floats");
        return at::zeros(shape, at::TensorOptions(device_).dtype(dtype));
    }
    if (!tensor.isfinite().all().item<bool>())
        problems_.push_back("not finite: " + name + " has NaN or infinite values");
    parameters_ += static_cast<std::size_t>(tensor.numel());
    tensor = tensor.to(device_, dtype);
    if (trainable_)
        tensors_[name] = tensor.requires_grad_(trainable_(name));
    return tensor;
}

at::Tensor WeightMap::take(const std::string& name, at::IntArrayRef shape) { return load(name, shape, dtype_); }

at::Tensor WeightMap::take_exact(const std::string& name, at::IntArrayRef shape) {
    return load(name, shape, exact_dtype());
}

void WeightMap::finish() const {
    auto problems = problems_;
    for (const auto& [name, view] : file_.tensors())
        if (!taken_.contains(name))
            problems.push_back("unknown: " + name + " " + text(view.shape));
    if (problems.empty())
        return;
    std::string message = file_.name() + ": the weights do not fit the model";
    for (const auto& problem : problems)
        message += "\n  " + problem;
    throw std::runtime_error(message);
}

}  // namespace ausm
