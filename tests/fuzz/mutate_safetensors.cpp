// SPDX-License-Identifier: MIT
// Keeps the header's length true while libFuzzer changes the header or the data, else nearly all inputs end there.
#include "fuzz.h"

#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

constexpr std::size_t kLengthBytes = 8;

std::uint64_t header_length(const std::uint8_t* data) {
    std::uint64_t length = 0;
    std::memcpy(&length, data, sizeof length);  // the fuzzers run on little-endian machines
    return length;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    if (size <= kLengthBytes || max_size <= size || header_length(data) > size - kLengthBytes || seed % 16 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    const auto length = static_cast<std::size_t>(header_length(data));
    std::vector<std::uint8_t> header(data + kLengthBytes, data + kLengthBytes + length);
    std::vector<std::uint8_t> body(data + kLengthBytes + length, data + size);
    auto& part = seed % 4 == 1 ? body : header;
    const std::size_t room = max_size - size, before = part.size();
    part.resize(before + room);
    part.resize(LLVMFuzzerMutate(part.data(), before, part.size()));
    const std::uint64_t new_length = header.size();
    std::memcpy(data, &new_length, sizeof new_length);
    std::copy(header.begin(), header.end(), data + kLengthBytes);
    std::copy(body.begin(), body.end(), data + kLengthBytes + header.size());
    return kLengthBytes + header.size() + body.size();
}
