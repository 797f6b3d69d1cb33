// SPDX-License-Identifier: MIT
// Text to runs and back, runs to pixels, pixels to runs.
#include "io/coco_rle.h"

#include <algorithm>
#include <cstddef>

namespace ausm::coco {

std::variant<Runs, std::string> runs_of_text(std::string_view text, std::int64_t most) {
    constexpr int kMaxShift = 30;  // 7 characters: more than any run needs
    Runs runs;
    for (std::size_t i = 0; i < text.size();) {
        std::int64_t run = 0;
        int shift = 0;
        for (bool more = true; more; shift += 5) {
            if (i == text.size())
                return "the run lengths are cut short";
            const int bits = static_cast<unsigned char>(text[i++]) - '0';
            if (bits < 0 || bits > 63)
                return "character " + std::to_string(i) + " does not belong to run lengths";
            if (shift > kMaxShift)
                return "run " + std::to_string(runs.size()) + " has too many characters";
            run |= std::int64_t{bits & 31} << shift;
            more = (bits & 32) != 0;
            if (!more && (bits & 16) != 0)
                run -= std::int64_t{32} << shift;
        }
        if (runs.size() > 2)
            run += runs[runs.size() - 2];
        if (run < 0 || run > most)
            return "run " + std::to_string(runs.size()) + " is " + std::to_string(run);
        runs.push_back(static_cast<std::uint32_t>(run));
    }
    return runs;
}

std::string text_of_runs(std::span<const std::uint32_t> runs) {
    std::string text;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        std::int64_t rest = std::int64_t{runs[i]} - (i > 2 ? std::int64_t{runs[i - 2]} : 0);
        for (bool more = true; more;) {
            const std::int64_t bits = rest & 31;
            rest >>= 5;
            more = rest != ((bits & 16) != 0 ? -1 : 0);
            text.push_back(static_cast<char>('0' + bits + (more ? 32 : 0)));
        }
    }
    return text;
}

std::variant<std::vector<std::uint8_t>, std::string> mask_of_runs(std::span<const std::uint32_t> runs, int height,
                                                                  int width, std::uint8_t value) {
    std::uint64_t total = 0;
    for (const std::uint32_t run : runs)
        total += run;
    const auto rows = static_cast<std::size_t>(height), columns = static_cast<std::size_t>(width);
    if (height < 1 || width < 1 || total != rows * columns)
        return "the runs add up to " + std::to_string(total) + " pixels, the mask has " + std::to_string(width) + "x" +
               std::to_string(height);
    std::vector<std::uint8_t> mask(rows * columns);
    std::size_t row = 0, column = 0;
    bool inside = false;
    for (std::size_t run : runs) {
        while (run > 0) {
            const std::size_t end = row + std::min(run, rows - row);
            run -= end - row;
            for (; row < end; ++row)
                if (inside)
                    mask[row * columns + column] = value;
            if (row == rows) {
                row = 0;
                ++column;
            }
        }
        inside = !inside;
    }
    return mask;
}

std::array<Runs, 256> runs_of_values(const std::uint8_t* map, int width, int height) {
    std::array<Runs, 256> runs;
    std::array<std::size_t, 256> ends{};
    const auto columns = static_cast<std::size_t>(width), rows = static_cast<std::size_t>(height);
    const std::size_t size = columns * rows;
    std::size_t start = 0, position = 0;
    std::uint8_t current = map[0];
    const auto close_run = [&] {
        runs[current].push_back(static_cast<std::uint32_t>(start - ends[current]));
        runs[current].push_back(static_cast<std::uint32_t>(position - start));
        ends[current] = position;
    };
    // Turned strip by strip, because going down the columns of a large map misses every cache.
    constexpr std::size_t kStrip = 32;
    const std::size_t stride =
        rows + 64;  // not a power of two, in which columns would drive each other out of the cache
    std::vector<std::uint8_t> strip(kStrip * stride);
    for (std::size_t left = 0; left < columns; left += kStrip) {
        const std::size_t width_here = std::min(kStrip, columns - left);
        for (std::size_t y = 0; y < rows; ++y)
            for (std::size_t x = 0; x < width_here; ++x)
                strip[x * stride + y] = map[y * columns + left + x];
        for (std::size_t x = 0; x < width_here; ++x)
            for (std::size_t y = 0; y < rows; ++y, ++position) {
                const std::uint8_t value = strip[x * stride + y];
                if (value == current)
                    continue;
                close_run();
                current = value;
                start = position;
            }
    }
    close_run();
    for (std::size_t value = 0; value < runs.size(); ++value)
        if (ends[value] < size)
            runs[value].push_back(static_cast<std::uint32_t>(size - ends[value]));
    return runs;
}

}  // namespace ausm::coco
