// SPDX-License-Identifier: MIT
// Pictures of data sets as tensors, and back.
#pragma once

#include "data/dataset.h"

#include <ATen/core/Tensor.h>

namespace ausm::train {

/// data::LabelledPicture.
struct PictureTensors {
    at::Tensor rgb;  ///< [h, w, 3] uint8
    at::Tensor ids;  ///< [h, w] uint8; undefined: the picture has no labels
};

/// -> [h, w, 3] uint8
[[nodiscard]] at::Tensor tensor_of(const io::RgbPicture& picture);
/// -> [h, w] uint8
[[nodiscard]] at::Tensor tensor_of(const io::IndexPicture& picture);
[[nodiscard]] PictureTensors tensors_of(const data::LabelledPicture& picture);

/// rgb: [h, w, 3] uint8
[[nodiscard]] io::RgbPicture rgb_of(const at::Tensor& rgb);
/// values: [h, w] uint8
[[nodiscard]] io::IndexPicture index_of(const at::Tensor& values);
[[nodiscard]] data::LabelledPicture picture_of(const PictureTensors& tensors);

}  // namespace ausm::train
