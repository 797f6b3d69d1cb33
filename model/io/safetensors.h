// SPDX-License-Identifier: MIT
// Strict reader and writer of safetensors files: the one file format for weights and saved states.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ausm::io {

/// One tensor inside a file: dtype as the format spells it ("F32", "F16", "BF16", "F64", "U8", "BOOL", "I32", "I64").
struct TensorView {
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data;  ///< row-major, little-endian, size fits dtype and shape
};

/// A whole file in memory. The views point into `bytes`: movable, not copyable.
class Safetensors {
public:
    /// Reads a file. Throws std::runtime_error that names the path and what is wrong: not there, not readable, shorter
    /// than its header says, header not JSON or with a key twice, unknown dtype, offsets outside the file, overlapping or
    /// leaving holes, size that does not fit the shape.
    static Safetensors read(const std::string& path);
    /// The same for bytes in memory; `name` stands for the path in errors.
    static Safetensors parse(std::vector<std::byte> bytes, const std::string& name);

    Safetensors(Safetensors&&) = default;
    Safetensors& operator=(Safetensors&&) = default;
    Safetensors(const Safetensors&) = delete;
    Safetensors& operator=(const Safetensors&) = delete;

    [[nodiscard]] const std::map<std::string, TensorView>& tensors() const { return tensors_; }
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }
    /// Throws std::runtime_error naming the key when it is missing.
    [[nodiscard]] const std::string& metadata(const std::string& key) const;
    /// FNV-1a (64 bit) of all bytes, 16 hexadecimal digits: tells files apart, no protection against forgery.
    [[nodiscard]] std::string hash() const;
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    Safetensors() = default;

    std::string name_;
    std::vector<std::byte> bytes_;
    std::map<std::string, TensorView> tensors_;
    std::map<std::string, std::string> metadata_;
};

/// The bytes of a file with these tensors (their data is copied) and this metadata.
std::vector<std::byte> write_safetensors(const std::map<std::string, TensorView>& tensors,
                                         const std::map<std::string, std::string>& metadata);

}  // namespace ausm::io
