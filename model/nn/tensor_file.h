// SPDX-License-Identifier: MIT
// Tensors gathered for a safetensors file.
#pragma once

#include "io/safetensors.h"

#include <ATen/core/Tensor.h>

#include <list>
#include <map>
#include <string>
#include <vector>

namespace ausm {

class TensorFile {
public:
    /// Keeps the tensor (a copy of it where it is not contiguous on the CPU) until the file is written.
    void add(const std::string& name, const at::Tensor& tensor);
    /// Of a file with this metadata.
    [[nodiscard]] std::vector<std::byte> bytes(const std::map<std::string, std::string>& metadata) const;
    /// There is either the old file or the new one. Throws std::runtime_error that names the file.
    void write(const std::string& path, const std::map<std::string, std::string>& metadata) const;

private:
    std::list<at::Tensor> kept_;
    std::map<std::string, io::TensorView> views_;
};

}  // namespace ausm
