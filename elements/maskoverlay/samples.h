// SPDX-License-Identifier: MIT
// How planes store their samples: as bytes, or as words of two bytes of which ten bits count.
#pragma once

#include "elements/maskoverlay/picture.h"

#include <cstring>

namespace ausm::gst::overlay {

/// Values 0 to 255.
struct ByteSamples {
    static constexpr int kBytes = 1, kDepth = 8;

    explicit ByteSamples(const DrawPlane&) noexcept {}
    [[nodiscard]] unsigned get(const std::uint8_t* row, std::ptrdiff_t i) const noexcept { return row[i]; }
    void put(std::uint8_t* row, std::ptrdiff_t i, unsigned value) const noexcept {
        row[i] = static_cast<std::uint8_t>(value);
    }
    /// What is made for bytes, as such a plane has it.
    [[nodiscard]] static constexpr unsigned scaled(unsigned value) noexcept { return value; }
};

/// Values 0 to 1023. Nothing says that rows begin at even addresses.
class WordSamples {
public:
    static constexpr int kBytes = 2, kDepth = 10;

    explicit WordSamples(const DrawPlane& plane) noexcept : shift_(plane.shift) {}
    [[nodiscard]] unsigned get(const std::uint8_t* row, std::ptrdiff_t i) const noexcept {
        std::uint16_t word;
        std::memcpy(&word, row + 2 * i, sizeof word);
        return (unsigned{word} >> shift_) & 1023U;
    }
    void put(std::uint8_t* row, std::ptrdiff_t i, unsigned value) const noexcept {
        const auto word = static_cast<std::uint16_t>(value << shift_);
        std::memcpy(row + 2 * i, &word, sizeof word);
    }
    [[nodiscard]] static constexpr unsigned scaled(unsigned value) noexcept { return 4 * value; }

private:
    int shift_;
};

/// The nearest sample to a value whose upper bits are the sample's own, as BlockMeans has them.
template <typename Samples>
[[nodiscard]] constexpr unsigned rounded(unsigned value) noexcept {
    constexpr int kFraction = 16 - Samples::kDepth;
    return (value + (1U << (kFraction - 1))) >> kFraction;
}

/// Calls `run` with the samples of the plane.
template <typename Run>
void with_samples(const DrawPlane& plane, Run&& run) {
    if (plane.depth > 8)
        run(WordSamples(plane));
    else
        run(ByteSamples(plane));
}

}  // namespace ausm::gst::overlay
