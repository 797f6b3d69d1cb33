// SPDX-License-Identifier: MIT
// Views into tensors that are kept alive.
#include "nn/tensor_file.h"

#include "io/atomic_file.h"
#include "nn/weight_map.h"

#include <ATen/ATen.h>

namespace ausm {

void TensorFile::add(const std::string& name, const at::Tensor& tensor) {
    const auto& kept = kept_.emplace_back(tensor.detach().to(at::kCPU).contiguous());
    const auto* bytes = static_cast<const std::byte*>(kept.const_data_ptr());
    views_[name] = {dtype_name(kept.scalar_type()), kept.sizes().vec(), {bytes, kept.nbytes()}};
}

std::vector<std::byte> TensorFile::bytes(const std::map<std::string, std::string>& metadata) const {
    return io::write_safetensors(views_, metadata);
}

void TensorFile::write(const std::string& path, const std::map<std::string, std::string>& metadata) const {
    io::write_atomically(path, bytes(metadata));
}

}  // namespace ausm
