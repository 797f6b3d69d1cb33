// SPDX-License-Identifier: MIT
// Changes a PNG chunk by chunk, pixels uncompressed, and makes every checksum right again: bytes changed blindly would
// hardly ever get past libpng's checks.
#include "fuzz.h"

#include <zlib.h>

#include <random>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kSignature = 8, kTypeBytes = 4;
constexpr std::size_t kMostPixelBytes = 1 << 14;

/// type and data, as the checksum covers them
using Chunk = Bytes;

std::uint32_t read_big(const std::uint8_t* data) {
    return std::uint32_t{data[0]} << 24U | std::uint32_t{data[1]} << 16U | std::uint32_t{data[2]} << 8U | data[3];
}

void write_big(Bytes& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::vector<Chunk> read_chunks(const std::uint8_t* data, std::size_t size) {
    std::vector<Chunk> chunks;
    for (std::size_t at = kSignature; at + 4 + kTypeBytes <= size;) {
        const std::size_t length = std::min<std::size_t>(read_big(data + at), size - at - 4 - kTypeBytes);
        chunks.emplace_back(data + at + 4, data + at + 4 + kTypeBytes + length);
        at += 4 + kTypeBytes + length + 4;
    }
    return chunks;
}

Bytes write_chunks(const std::uint8_t* signature, const std::vector<Chunk>& chunks) {
    Bytes png(signature, signature + kSignature);
    for (const Chunk& chunk : chunks) {
        write_big(png, static_cast<std::uint32_t>(chunk.size() - kTypeBytes));
        png.insert(png.end(), chunk.begin(), chunk.end());
        write_big(png, static_cast<std::uint32_t>(crc32(0, chunk.data(), static_cast<uInt>(chunk.size()))));
    }
    return png;
}

void mutate_data(Chunk& chunk, std::size_t room) {
    const std::size_t size = chunk.size() - kTypeBytes;
    if (size + room == 0)
        return;
    chunk.resize(kTypeBytes + size + room);
    chunk.resize(kTypeBytes + LLVMFuzzerMutate(chunk.data() + kTypeBytes, size, size + room));
}

/// Changes the filtered rows below the compression; false when the chunk does not hold a whole zlib stream.
bool mutate_pixels(Chunk& chunk) {
    Bytes rows(kMostPixelBytes);
    uLongf size = rows.size() / 2;
    if (uncompress(rows.data(), &size, chunk.data() + kTypeBytes, chunk.size() - kTypeBytes) != Z_OK)
        return false;
    rows.resize(LLVMFuzzerMutate(rows.data(), size, rows.size()));
    uLongf packed = compressBound(rows.size());
    Chunk result(chunk.begin(), chunk.begin() + kTypeBytes);
    result.resize(kTypeBytes + packed);
    compress2(result.data() + kTypeBytes, &packed, rows.data(), rows.size(), Z_BEST_SPEED);
    result.resize(kTypeBytes + packed);
    chunk = std::move(result);
    return true;
}

bool is_type(const Chunk& chunk, const char* type) { return std::equal(type, type + kTypeBytes, chunk.begin()); }

/// Sizes stay small mostly: a large picture costs milliseconds and shows nothing new.
void shrink_header(Chunk& header) {
    if (header.size() < kTypeBytes + 8 || !is_type(header, "IHDR"))
        return;
    for (const std::size_t side : {kTypeBytes, kTypeBytes + 4}) {
        header[side] = header[side + 1] = header[side + 2] = 0;
        header[side + 3] &= 63;
    }
}

void mutate_order(std::vector<Chunk>& chunks, std::minstd_rand& random) {
    const auto one = chunks.begin() + static_cast<std::ptrdiff_t>(random() % chunks.size());
    const auto other = chunks.begin() + static_cast<std::ptrdiff_t>(random() % chunks.size());
    switch (random() % 3) {
    case 0: chunks.erase(one); break;
    case 1: chunks.insert(one, Chunk(*other)); break;
    default: std::iter_swap(one, other);
    }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    std::minstd_rand random(seed);
    auto chunks = size > kSignature ? read_chunks(data, size) : std::vector<Chunk>{};
    if (chunks.empty() || random() % 16 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    Chunk& chunk = chunks[random() % chunks.size()];
    if (random() % 16 == 0)
        mutate_order(chunks, random);
    else if (!is_type(chunk, "IDAT") || random() % 4 == 0 || !mutate_pixels(chunk))
        mutate_data(chunk, max_size > size ? max_size - size : 0);
    if (random() % 64 != 0)
        std::for_each(chunks.begin(), chunks.end(), shrink_header);
    const Bytes png = write_chunks(data, chunks);
    if (png.size() > max_size)
        return LLVMFuzzerMutate(data, size, max_size);
    std::copy(png.begin(), png.end(), data);
    return png.size();
}
