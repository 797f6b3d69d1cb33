// SPDX-License-Identifier: MIT
// Copies: a tensor's memory is LibTorch's own.
#include "train/picture_tensors.h"

#include <ATen/ATen.h>

#include <cstring>

namespace ausm::train {
namespace {

at::Tensor tensor_of_bytes(const std::vector<std::uint8_t>& bytes, at::IntArrayRef shape) {
    auto tensor = at::empty(shape, at::kByte);
    std::memcpy(tensor.mutable_data_ptr<std::uint8_t>(), bytes.data(), bytes.size());
    return tensor;
}

std::vector<std::uint8_t> bytes_of(const at::Tensor& tensor) {
    TORCH_CHECK(tensor.scalar_type() == at::kByte, "picture: not of bytes");
    const auto rows = tensor.contiguous();
    const auto* data = rows.const_data_ptr<std::uint8_t>();
    return {data, data + rows.numel()};
}

}  // namespace

at::Tensor tensor_of(const io::RgbPicture& picture) {
    return tensor_of_bytes(picture.pixels, {picture.height, picture.width, 3});
}

at::Tensor tensor_of(const io::IndexPicture& picture) {
    return tensor_of_bytes(picture.values, {picture.height, picture.width});
}

PictureTensors tensors_of(const data::LabelledPicture& picture) {
    return {tensor_of(picture.rgb), picture.ids.values.empty() ? at::Tensor() : tensor_of(picture.ids)};
}

io::RgbPicture rgb_of(const at::Tensor& rgb) {
    TORCH_CHECK(rgb.dim() == 3 && rgb.size(2) == 3, "picture: not [h, w, 3]");
    return {static_cast<int>(rgb.size(1)), static_cast<int>(rgb.size(0)), bytes_of(rgb)};
}

io::IndexPicture index_of(const at::Tensor& values) {
    TORCH_CHECK(values.dim() == 2, "picture: not [h, w]");
    return {static_cast<int>(values.size(1)), static_cast<int>(values.size(0)), bytes_of(values)};
}

data::LabelledPicture picture_of(const PictureTensors& tensors) {
    return {rgb_of(tensors.rgb), tensors.ids.defined() ? index_of(tensors.ids) : io::IndexPicture{}};
}

}  // namespace ausm::train
