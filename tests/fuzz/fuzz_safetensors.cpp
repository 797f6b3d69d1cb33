// SPDX-License-Identifier: MIT
// Any bytes as a safetensors file: refused by name, or a layout that fills the file and survives writing.
#include "io/safetensors.h"

#include "fuzz.h"

#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

namespace {

using ausm::io::Safetensors;
using ausm::io::TensorView;

std::optional<Safetensors> parse(std::vector<std::byte> bytes) {
    try {
        return Safetensors::parse(std::move(bytes), "input");
    } catch (const std::runtime_error& error) {
        const std::string_view text = error.what();
        FUZZ_CHECK(text.starts_with("input: ") && text.size() > std::string_view("input: ").size());
        return std::nullopt;
    }
}

std::size_t element_size(const std::string& dtype) {
    static const std::map<std::string, std::size_t> sizes{{"F64", 8}, {"I64", 8},  {"F32", 4}, {"I32", 4},
                                                          {"F16", 2}, {"BF16", 2}, {"U8", 1},  {"BOOL", 1}};
    return sizes.at(dtype);
}

/// Bytes are counted twice: by the shapes, and by the places that the views cover.
void check_layout(const Safetensors& file, std::size_t file_size) {
    std::size_t total = 0;
    std::map<const std::byte*, std::size_t> places;
    for (const auto& [name, view] : file.tensors()) {
        std::size_t size = element_size(view.dtype);
        for (const std::int64_t length : view.shape) {
            FUZZ_CHECK(length >= 0);
            size *= static_cast<std::size_t>(length);
        }
        FUZZ_CHECK(view.data.size() == size);
        total += size;
        if (size > 0)
            FUZZ_CHECK(places.emplace(view.data.data(), size).second);
    }
    FUZZ_CHECK(total + sizeof(std::uint64_t) <= file_size);
    const std::byte* expected = places.empty() ? nullptr : places.begin()->first;
    for (const auto& [begin, size] : places) {
        FUZZ_CHECK(begin == expected);
        expected = begin + size;
    }
}

bool equal(const std::map<std::string, TensorView>& a, const std::map<std::string, TensorView>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.first == y.first && x.second.dtype == y.second.dtype && x.second.shape == y.second.shape &&
               std::equal(x.second.data.begin(), x.second.data.end(), y.second.data.begin(), y.second.data.end());
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto file = parse({bytes.begin(), bytes.end()});
    if (!file)
        return 0;
    check_layout(*file, size);
    const auto written = ausm::io::write_safetensors(file->tensors(), file->metadata());
    const auto again = parse(written);
    FUZZ_CHECK(again.has_value());
    FUZZ_CHECK(equal(file->tensors(), again->tensors()));
    FUZZ_CHECK(file->metadata() == again->metadata());
    FUZZ_CHECK(ausm::io::write_safetensors(again->tensors(), again->metadata()) == written);
    FUZZ_CHECK(file->hash().size() == 16);
    return 0;
}
