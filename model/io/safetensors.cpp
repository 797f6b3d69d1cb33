// SPDX-License-Identifier: MIT
// File layout: 8-byte little-endian header length, JSON header, then the tensors' bytes; offsets count from the
// header's end.
#include "io/safetensors.h"

#include "io/strict_json.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace ausm::io {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100U << 20U;  // the format's own limit
constexpr std::size_t kMaxDimensions = 16;
constexpr int kMaxDepth = 4;

std::size_t element_size(std::string_view dtype) {
    static const std::map<std::string_view, std::size_t> sizes{{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2},
                                                               {"I64", 8}, {"I32", 4}, {"U8", 1},  {"BOOL", 1}};
    const auto found = sizes.find(dtype);
    return found == sizes.end() ? 0 : found->second;
}

[[noreturn]] void fail(const std::string& name, const std::string& what) {
    throw std::runtime_error(name + ": " + what);
}

/// The shape of an entry; fails on anything but non-negative integers, and on products that overflow.
std::vector<std::int64_t> read_shape(const json& entry, const std::string& where, std::uint64_t& elements) {
    const auto shape = entry.find("shape");
    if (shape == entry.end() || !shape->is_array() || shape->size() > kMaxDimensions)
        throw std::runtime_error(where + "has no valid shape");
    std::vector<std::int64_t> result;
    elements = 1;
    for (const auto& size : *shape) {
        if (!size.is_number_unsigned())
            throw std::runtime_error(where + "has a size that is not a non-negative integer");
        const auto value = size.get<std::uint64_t>();
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ||
            (value != 0 && elements > std::numeric_limits<std::int64_t>::max() / value))
            throw std::runtime_error(where + "has a shape that is too large");
        elements *= value;
        result.push_back(static_cast<std::int64_t>(value));
    }
    return result;
}

TensorView read_entry(const json& entry, const std::string& where, std::span<const std::byte> data) {
    if (!entry.is_object())
        throw std::runtime_error(where + "is not an object");
    const auto dtype = entry.find("dtype");
    if (dtype == entry.end() || !dtype->is_string() || element_size(dtype->get<std::string>()) == 0)
        throw std::runtime_error(where + "has an unknown dtype");
    TensorView view{dtype->get<std::string>(), {}, {}};
    std::uint64_t elements = 0;
    view.shape = read_shape(entry, where, elements);
    const auto offsets = entry.find("data_offsets");
    if (offsets == entry.end() || !offsets->is_array() || offsets->size() != 2 || !(*offsets)[0].is_number_unsigned() ||
        !(*offsets)[1].is_number_unsigned())
        throw std::runtime_error(where + "has no valid data_offsets");
    const auto begin = (*offsets)[0].get<std::uint64_t>(), end = (*offsets)[1].get<std::uint64_t>();
    if (begin > end || end > data.size())
        throw std::runtime_error(where + "lies outside the file (bytes " + std::to_string(begin) + " to " +
                                 std::to_string(end) + " of " + std::to_string(data.size()) + ")");
    const std::uint64_t size = element_size(view.dtype);
    if ((end - begin) % size != 0 || (end - begin) / size != elements)
        throw std::runtime_error(where + "has " + std::to_string(end - begin) + " bytes, its shape needs " +
                                 std::to_string(elements) + " x " + std::to_string(size));
    view.data = data.subspan(begin, end - begin);
    return view;
}

/// The length that the first bytes of a file of `size` bytes say.
std::uint64_t header_length(std::span<const std::byte> first, std::uintmax_t size, const std::string& name) {
    if (size < kLengthBytes)
        fail(name, "is not a safetensors file: only " + std::to_string(size) + " bytes long");
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i)
        length |= std::to_integer<std::uint64_t>(first[i]) << (8 * i);
    if (length > kMaxHeaderBytes || length > size - kLengthBytes)
        fail(name, "is not a safetensors file or is cut short: header of " + std::to_string(length) + " bytes in " +
                       std::to_string(size));
    return length;
}

/// The header; null when it is no JSON. Crafted ones have 100 MB of brackets, or a tensor twice.
json read_header(std::string_view text, const std::string& name) {
    try {
        return parse_json(text, kMaxDepth);
    } catch (const JsonRuleError& error) {
        fail(name, error.key().empty() ? "the header is nested too deeply: the file is damaged"
                                       : "the header names '" + error.key() + "' twice: the file is damaged");
    } catch (const json::exception&) {
        return {};
    }
}

/// Tensors must fill the data part one after the other: an overlap or a hole is a damaged or a crafted file.
void check_layout(const std::map<std::string, TensorView>& tensors, std::span<const std::byte> data,
                  const std::string& name) {
    std::vector<std::span<const std::byte>> parts;
    for (const auto& [key, view] : tensors)
        if (!view.data.empty())
            parts.push_back(view.data);
    std::sort(parts.begin(), parts.end(), [](auto a, auto b) { return a.data() < b.data(); });
    const std::byte* expected = data.data();
    for (const auto& part : parts) {
        if (part.data() != expected)
            fail(name, "tensors overlap or leave holes: the file is damaged");
        expected = part.data() + part.size();
    }
    if (expected != data.data() + data.size())
        fail(name, "there are " + std::to_string(data.data() + data.size() - expected) +
                       " bytes after the last tensor: the file is damaged");
}

}  // namespace

Safetensors Safetensors::read(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error)
        fail(path, "cannot be opened: " + error.message());
    std::ifstream file(path, std::ios::binary);
    if (!file)
        fail(path, std::string("cannot be opened: ") + std::strerror(errno));
    // Its beginning first: any other file, a long video for instance, is refused before memory is taken for it.
    std::vector<std::byte> bytes(std::min<std::uintmax_t>(size, kLengthBytes));
    const auto append = [&](std::size_t from) {
        const auto count = static_cast<std::streamsize>(bytes.size() - from);
        if (!file.read(reinterpret_cast<char*>(bytes.data() + from), count))
            fail(path, "cannot be read to its end");
    };
    append(0);
    static_cast<void>(header_length(bytes, size, path));
    bytes.resize(size);
    append(std::min<std::size_t>(size, kLengthBytes));
    return parse(std::move(bytes), path);
}

Safetensors Safetensors::parse(std::vector<std::byte> bytes, const std::string& name) {
    Safetensors result;
    result.name_ = name;
    result.bytes_ = std::move(bytes);
    const std::span<const std::byte> all(result.bytes_);
    const std::uint64_t length = header_length(all, all.size(), name);
    const auto* text = reinterpret_cast<const char*>(all.data() + kLengthBytes);
    const json header = read_header({text, static_cast<std::size_t>(length)}, name);
    if (!header.is_object())
        fail(name, "the header is not a JSON object: the file is damaged");
    const auto data = all.subspan(kLengthBytes + length);
    for (const auto& [key, entry] : header.items()) {
        if (key != "__metadata__") {
            result.tensors_.emplace(key, read_entry(entry, name + ": tensor '" + key + "' ", data));
            continue;
        }
        if (!entry.is_object())
            fail(name, "__metadata__ is not an object");
        for (const auto& [meta_key, value] : entry.items()) {
            if (!value.is_string())
                fail(name, "metadata '" + meta_key + "' is not a string");
            result.metadata_.emplace(meta_key, value.get<std::string>());
        }
    }
    check_layout(result.tensors_, data, name);
    return result;
}

const std::string& Safetensors::metadata(const std::string& key) const {
    const auto found = metadata_.find(key);
    if (found == metadata_.end())
        throw std::runtime_error(name_ + ": the metadata has no '" + key + "'");
    return found->second;
}

std::string Safetensors::hash() const {
    std::uint64_t value = 0xcbf29ce484222325U;
    for (const auto byte : bytes_)
        value = (value ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3U;
    std::string text(17, '\0');
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
    text.pop_back();
    return text;
}

std::vector<std::byte> write_safetensors(const std::map<std::string, TensorView>& tensors,
                                         const std::map<std::string, std::string>& metadata) {
    json header = json::object();
    header["__metadata__"] = metadata;
    std::size_t offset = 0;
    for (const auto& [key, view] : tensors) {
        header[key] = {
            {"dtype", view.dtype}, {"shape", view.shape}, {"data_offsets", {offset, offset + view.data.size()}}};
        offset += view.data.size();
    }
    std::string text = header.dump();
    text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');  // keeps the data aligned
    std::vector<std::byte> bytes(kLengthBytes + text.size() + offset);
    for (std::size_t i = 0; i < kLengthBytes; ++i)
        bytes[i] = static_cast<std::byte>(static_cast<std::uint64_t>(text.size()) >> (8 * i));
    const auto header_bytes = std::as_bytes(std::span(text));
    auto end = std::copy(header_bytes.begin(), header_bytes.end(), bytes.begin() + kLengthBytes);
    for (const auto& [key, view] : tensors)
        end = std::copy(view.data.begin(), view.data.end(), end);
    return bytes;
}

}  // namespace ausm::io
