// SPDX-License-Identifier: MIT
// Codes of one length are consecutive numbers, and so are their symbols' places.
#include "train/data/jpeg_entropy.h"

#include <algorithm>
#include <stdexcept>

namespace ausm::train {

void BitReader::fill() {
    while (count_ <= 48 && next_ < bytes_.size()) {
        const auto byte = bytes_[next_];
        if (byte == 0xff) {
            if (next_ + 1 >= bytes_.size() || bytes_[next_ + 1] != 0)
                return;
            ++next_;
        }
        ++next_;
        bits_ = bits_ << 8 | byte;
        count_ += 8;
    }
}

unsigned BitReader::peek() {
    if (count_ < 16)
        fill();
    return static_cast<unsigned>(count_ >= 16 ? bits_ >> (count_ - 16) : bits_ << (16 - count_)) & 0xffffU;
}

void BitReader::skip(int bits) {
    if (bits > count_)
        throw std::runtime_error("the scan is cut short");
    count_ -= bits;
}

int BitReader::number(int bits) {
    if (bits == 0)
        return 0;
    const auto value = static_cast<int>(peek() >> (16 - bits));
    skip(bits);
    return value >= 1 << (bits - 1) ? value : value - (1 << bits) + 1;
}

std::size_t BitReader::end() {
    fill();
    if (count_ >= 8)
        throw std::runtime_error("the scan goes on after the last block");
    return next_;
}

HuffmanTable::HuffmanTable(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> symbols) {
    std::copy(symbols.begin(), symbols.end(), symbols_.begin());
    std::uint32_t code = 0;
    int place = 0;
    for (int length = 1; length <= 16; ++length) {
        const int count = counts[static_cast<std::size_t>(length - 1)];
        first_[static_cast<std::size_t>(length)] = place - static_cast<int>(code);
        for (int i = 0; i < count; ++i, ++place, ++code) {
            if (code >= 1U << length)
                throw std::runtime_error("a Huffman table has more codes than there are");
            if (length > kFast)
                continue;
            const auto entry = static_cast<std::uint16_t>(length << 8 | symbols_[static_cast<std::size_t>(place)]);
            std::fill_n(fast_.begin() + (code << (kFast - length)), 1 << (kFast - length), entry);
        }
        end_[static_cast<std::size_t>(length)] = code << (16 - length);
        code <<= 1;
    }
}

int HuffmanTable::symbol(BitReader& bits) const {
    const auto next = bits.peek();
    if (const auto entry = fast_[next >> (16 - kFast)]; entry != 0) {
        bits.skip(entry >> 8);
        return entry & 0xff;
    }
    for (std::size_t length = kFast + 1; length <= 16; ++length)
        if (next < end_[length]) {
            bits.skip(static_cast<int>(length));
            return symbols_[static_cast<std::size_t>(first_[length] + static_cast<int>(next >> (16 - length)))];
        }
    throw std::runtime_error("the scan has bits that are no Huffman code");
}

}  // namespace ausm::train
