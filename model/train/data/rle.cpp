// SPDX-License-Identifier: MIT
// Text to runs, runs to pixels.
#include "train/data/rle.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

namespace ausm::train {

std::vector<std::uint32_t> runs_of(std::string_view text) {
    constexpr int kMaxShift = 30;  // 7 characters: more than any run needs
    std::vector<std::uint32_t> runs;
    for (std::size_t i = 0; i < text.size();) {
        std::int64_t value = 0;
        for (int shift = 0;; shift += 5) {
            if (i == text.size())
                throw std::runtime_error("the run lengths are cut short");
            const int bits = static_cast<unsigned char>(text[i++]) - '0';
            if (bits < 0 || bits > 63)
                throw std::runtime_error("character " + std::to_string(i) + " does not belong to run lengths");
            if (shift > kMaxShift)
                throw std::runtime_error("a run length has too many characters");
            value |= std::int64_t{bits & 31} << shift;
            if ((bits & 32) != 0)
                continue;
            if ((bits & 16) != 0)
                value -= std::int64_t{32} << shift;
            break;
        }
        if (runs.size() > 2)
            value += runs[runs.size() - 2];
        if (value < 0 || value > std::numeric_limits<std::int32_t>::max())
            throw std::runtime_error("run " + std::to_string(runs.size()) + " is " + std::to_string(value));
        runs.push_back(static_cast<std::uint32_t>(value));
    }
    return runs;
}

BinaryMask mask_of_runs(std::span<const std::uint32_t> runs, int height, int width) {
    const auto h = static_cast<std::size_t>(height), w = static_cast<std::size_t>(width);
    BinaryMask mask(h * w);
    std::size_t at = 0;
    std::uint8_t value = 0;
    for (const std::size_t run : runs) {
        if (run > mask.size() - at)
            throw std::runtime_error("the run lengths are longer than " + std::to_string(width) + "x" +
                                     std::to_string(height));
        const auto end = at + run;
        if (value != 0)
            for (auto i = at; i < end; ++i)
                mask[i % h * w + i / h] = 1;
        at = end;
        value ^= 1;
    }
    if (at != mask.size())
        throw std::runtime_error("the run lengths end at pixel " + std::to_string(at) + " of " + std::to_string(width) +
                                 "x" + std::to_string(height));
    return mask;
}

}  // namespace ausm::train
