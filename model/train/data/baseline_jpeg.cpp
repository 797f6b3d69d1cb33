// SPDX-License-Identifier: MIT
// Markers first, then the scan block by block (ITU-T T.81, annexes B and F).
#include "train/data/baseline_jpeg.h"

#include "eval/index_picture.h"
#include "train/data/jpeg_entropy.h"
#include "train/data/jpeg_planes.h"

#include <ATen/ATen.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace ausm::train {
namespace {

using Span = std::span<const std::uint8_t>;

enum Marker : int {
    kBaseline = 0xc0,
    kHuffman = 0xc4,
    kStart = 0xd8,
    kEnd = 0xd9,
    kScan = 0xda,
    kQuantisation = 0xdb,
    kApplication0 = 0xe0,
    kAdobe = 0xee,
    kApplication15 = 0xef,
    kComment = 0xfe,
};

/// Index, row after row, of the n-th coefficient in the file.
constexpr std::array<std::uint8_t, 64> kZigZag = [] {
    std::array<std::uint8_t, 64> order{};
    int x = 0, y = 0;
    for (auto& place : order) {
        place = static_cast<std::uint8_t>(8 * y + x);
        const bool up = (x + y) % 2 == 0;
        if (up ? x == 7 : y == 7)
            ++(up ? y : x);
        else if (up ? y == 0 : x == 0)
            ++(up ? x : y);
        else
            x += up ? 1 : -1, y += up ? -1 : 1;
    }
    return order;
}();

[[noreturn]] void refuse(const std::string& why) { throw std::runtime_error(why); }

struct Component {
    int id = 0, sampling = 1;  ///< blocks a side in one unit of the scan
    std::size_t quantisation = 0, dc = 0, ac = 0;
};

class Decoder {
public:
    explicit Decoder(Span bytes) : bytes_(bytes) {}

    at::Tensor run() {
        if (marker() != kStart)
            refuse("it does not begin as a JPEG does");
        for (int found = marker(); found != kScan; found = marker())
            read_segment(found, segment());
        read_scan_header(segment());
        read_scan();
        if (marker() != kEnd || next_ != bytes_.size())
            refuse("it does not end with its one scan");
        auto rgb = at::empty({height_, width_, 3}, at::kByte);
        write_rgb(planes_, components_[0].sampling == 2, width_, height_, rgb.mutable_data_ptr<std::uint8_t>());
        return rgb;
    }

private:
    int byte() {
        if (next_ >= bytes_.size())
            refuse("it is cut short");
        return bytes_[next_++];
    }
    int marker() {
        if (byte() != 0xff)
            refuse("there is no marker where one must be");
        return byte();
    }
    /// What a segment holds after its length.
    Span segment() {
        const auto high = static_cast<std::size_t>(byte());
        const auto length = high << 8 | static_cast<std::size_t>(byte());
        if (length < 2 || length - 2 > bytes_.size() - next_)
            refuse("a segment is cut short");
        const auto inside = bytes_.subspan(next_, length - 2);
        next_ += length - 2;
        return inside;
    }
    void read_segment(int found, Span inside) {
        switch (found) {
        case kBaseline: read_frame(inside); return;
        case kHuffman: read_huffman(inside); return;
        case kQuantisation: read_quantisation(inside); return;
        case kAdobe: refuse("it says in Adobe's way which colours it has");
        case kComment: return;
        default:
            if (found < kApplication0 || found > kApplication15)
                refuse("it is not baseline, or has a segment that packs do not have");
        }
    }
    void read_quantisation(Span inside) {
        for (; !inside.empty(); inside = inside.subspan(65)) {
            if (inside.size() < 65 || inside[0] > 3)
                refuse("a quantisation table is wrong");
            auto& table = quantisation_[inside[0]].emplace();
            for (std::size_t i = 0; i < 64; ++i)
                table[kZigZag[i]] = inside[1 + i];
        }
    }
    void read_huffman(Span inside) {
        while (!inside.empty()) {
            if (inside.size() < 17 || (inside[0] & 0xef) > 1)
                refuse("a Huffman table is wrong");
            std::size_t codes = 0;
            for (std::size_t i = 1; i <= 16; ++i)
                codes += inside[i];
            if (codes > 256 || codes > inside.size() - 17)
                refuse("a Huffman table is wrong");
            huffman_[inside[0] >> 4][inside[0] & 1].emplace(inside.subspan<1, 16>(), inside.subspan(17, codes));
            inside = inside.subspan(17 + codes);
        }
    }
    void read_frame(Span inside) {
        if (width_ != 0 || inside.size() != 15 || inside[0] != 8 || inside[5] != 3)
            refuse("it must have one frame of three components with 8 bits");
        height_ = inside[1] << 8 | inside[2];
        width_ = inside[3] << 8 | inside[4];
        if (height_ == 0 || width_ == 0 || height_ > eval::kMaxPictureSide || width_ > eval::kMaxPictureSide)
            refuse("it is " + std::to_string(width_) + "x" + std::to_string(height_));
        for (std::size_t i = 0; i < 3; ++i) {
            const int sampling = inside[7 + 3 * i];
            if ((sampling != 0x11 && (i != 0 || sampling != 0x22)) || inside[8 + 3 * i] > 3)
                refuse("its colours are neither 4:4:4 nor 4:2:0");
            components_[i] = {inside[6 + 3 * i], sampling & 15, inside[8 + 3 * i]};
        }
    }
    void read_scan_header(Span inside) {
        if (width_ == 0 || inside.size() != 10 || inside[0] != 3 || inside[7] != 0 || inside[8] != 63 || inside[9] != 0)
            refuse("its scan is not the one of baseline");
        for (std::size_t i = 0; i < 3; ++i) {
            auto& component = components_[i];
            const int tables = inside[2 + 2 * i];
            if (inside[1 + 2 * i] != component.id || (tables & ~0x11) != 0)
                refuse("its scan is not the one of baseline");
            component.dc = static_cast<std::size_t>(tables >> 4);
            component.ac = static_cast<std::size_t>(tables & 1);
            if (!quantisation_[component.quantisation] || !huffman_[0][component.dc] || !huffman_[1][component.ac])
                refuse("a table is missing");
        }
    }
    void read_scan() {
        const auto unit = static_cast<std::size_t>(8 * components_[0].sampling);
        const auto across = (static_cast<std::size_t>(width_) + unit - 1) / unit;
        const auto down = (static_cast<std::size_t>(height_) + unit - 1) / unit;
        const auto scan = bytes_.subspan(next_);
        const std::size_t blocks = across * down * (unit == 16 ? 6 : 3);
        if (blocks * 2 > scan.size() * 8)
            refuse("the scan is cut short");
        for (std::size_t i = 0; i < 3; ++i) {
            const auto side = static_cast<std::size_t>(8 * components_[i].sampling);
            planes_[i] = {across * side, down * side, std::vector<std::uint8_t>(across * side * down * side)};
        }
        BitReader bits(scan);
        std::array<int, 3> dc{};
        for (std::size_t y = 0; y < down; ++y)
            for (std::size_t x = 0; x < across; ++x)
                for (std::size_t i = 0; i < 3; ++i)
                    read_unit(bits, i, x, y, dc[i]);
        next_ += bits.end();
    }
    /// The blocks that a component has in one unit of the scan.
    void read_unit(BitReader& bits, std::size_t i, std::size_t x, std::size_t y, int& dc) {
        const auto n = static_cast<std::size_t>(components_[i].sampling);
        auto& plane = planes_[i];
        for (std::size_t v = 0; v < n; ++v)
            for (std::size_t u = 0; u < n; ++u)
                read_block(bits, components_[i], dc,
                           plane.samples.data() + (y * n + v) * 8 * plane.stride + (x * n + u) * 8, plane.stride);
    }
    void read_block(BitReader& bits, const Component& component, int& dc, std::uint8_t* out, std::size_t stride) const {
        const auto& steps = *quantisation_[component.quantisation];
        const int size = huffman_[0][component.dc]->symbol(bits);
        if (size > 11)
            refuse("a coefficient has too many bits");
        dc += bits.number(size);
        if (dc < -0x8000 || dc > 0x7fff)
            refuse("the mean of a block is out of range");
        std::array<float, 64> coefficients{};
        coefficients[0] = static_cast<float>(dc * steps[0]);
        int last = 0;
        const auto& table = *huffman_[1][component.ac];
        for (std::size_t k = 1; k < 64; ++k) {
            const int symbol = table.symbol(bits), zeros = symbol >> 4, length = symbol & 15;
            if (length == 0 && zeros != 15) {
                if (zeros != 0)
                    refuse("a code belongs to progressive JPEG");
                break;
            }
            k += static_cast<std::size_t>(zeros);
            if (k > 63 || length > 10)
                refuse("a block has too many coefficients or too large ones");
            const auto place = kZigZag[k];
            coefficients[place] = static_cast<float>(bits.number(length) * steps[place]);
            last = std::max<int>(last, place);
        }
        inverse_transform(coefficients, last, out, stride);
    }

    Span bytes_;
    std::size_t next_ = 0;
    int width_ = 0, height_ = 0;
    std::array<Component, 3> components_;
    std::array<std::optional<std::array<int, 64>>, 4> quantisation_;
    std::array<std::array<std::optional<HuffmanTable>, 2>, 2> huffman_;  ///< [0: DC, 1: AC][id]
    std::array<JpegPlane, 3> planes_;
};

}  // namespace

at::Tensor decode_baseline_jpeg(Span bytes) {
    try {
        return Decoder(bytes).run();
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(std::string("damaged or no baseline JPEG: ") + error.what());
    }
}

}  // namespace ausm::train
