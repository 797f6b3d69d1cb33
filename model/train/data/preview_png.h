// SPDX-License-Identifier: MIT
// Writing a preview to a file.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace ausm::train {

/// picture [h, w, 3] uint8. Throws std::runtime_error that names the file.
void write_preview(const std::string& path, const at::Tensor& picture);

}  // namespace ausm::train
