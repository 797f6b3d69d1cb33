// SPDX-License-Identifier: MIT
// The bits of a JPEG scan and its Huffman codes (ITU-T T.81, annex F.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ausm::train {

/// Bits of a scan, the highest of a byte first, without the zero bytes after 0xff. Throws std::runtime_error when more
/// is asked for than there is before the next marker.
class BitReader {
public:
    explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    /// The next 16 bits, filled up with zeros at the end.
    [[nodiscard]] unsigned peek();
    void skip(int bits);
    /// A number of 0 to 16 bits; its highest bit says that it is positive (T.81's EXTEND).
    [[nodiscard]] int number(int bits);
    /// Where the next marker is, once less than one byte is left before it. Throws otherwise.
    [[nodiscard]] std::size_t end();

private:
    void fill();

    std::span<const std::uint8_t> bytes_;
    std::size_t next_ = 0;
    std::uint64_t bits_ = 0;  ///< the lowest `count_` bits
    int count_ = 0;
};

/// One table of codes of 1 to 16 bits.
class HuffmanTable {
public:
    /// counts: how many codes of each length; symbols: of all codes, shorter ones first. Throws std::runtime_error for
    /// more codes than there are.
    HuffmanTable(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> symbols);

    /// Throws std::runtime_error for bits that are no code.
    [[nodiscard]] int symbol(BitReader& bits) const;

private:
    static constexpr int kFast = 9;  ///< codes up to this length are looked up at once

    std::array<std::uint16_t, 1 << kFast> fast_{};  ///< length * 256 + symbol; 0: longer, or no code
    std::array<std::uint32_t, 17> end_{};           ///< [length]: 16 bits below this are a code of at most this length
    std::array<int, 17> first_{};                   ///< [length]: place of a symbol minus its code
    std::array<std::uint8_t, 256> symbols_{};
};

}  // namespace ausm::train
