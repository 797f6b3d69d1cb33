// SPDX-License-Identifier: MIT
// Of the two kinds of runs the longer one is taken.
#include "train/packs/pack_runs.h"

#include <algorithm>
#include <stdexcept>

namespace ausm::train {
namespace {

void append(std::vector<std::uint8_t>& bytes, std::size_t number) {
    for (; number > 127; number >>= 7)
        bytes.push_back(static_cast<std::uint8_t>(128 | (number & 127)));
    bytes.push_back(static_cast<std::uint8_t>(number));
}

/// Takes it from the front of `bytes`.
std::size_t take(std::span<const std::uint8_t>& bytes) {
    std::size_t number = 0;
    for (int shift = 0; shift <= 28; shift += 7) {
        if (bytes.empty())
            break;
        const auto byte = bytes.front();
        bytes = bytes.subspan(1);
        number |= std::size_t{byte & 127U} << shift;
        if ((byte & 128) == 0)
            return number;
    }
    throw std::runtime_error("a run is cut short");
}

}  // namespace

std::vector<std::uint8_t> encode_runs(const io::IndexPicture& map) {
    const auto& values = map.values;
    const auto width = static_cast<std::size_t>(map.width);
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < values.size();) {
        auto run = i + 1, copy = i;
        while (run < values.size() && values[run] == values[i])
            ++run;
        while (i >= width && copy < values.size() && values[copy] == values[copy - width])
            ++copy;
        const bool copies = copy >= run;
        const auto end = copies ? copy : run;
        append(bytes, (end - i) * 2 + (copies ? 1 : 0));
        if (!copies)
            bytes.push_back(values[i]);
        i = end;
    }
    return bytes;
}

io::IndexPicture decode_runs(std::span<const std::uint8_t> bytes, int height, int width) {
    const auto row = static_cast<std::size_t>(width);
    io::IndexPicture map{width, height, std::vector<std::uint8_t>(row * static_cast<std::size_t>(height))};
    auto& values = map.values;
    std::size_t i = 0;
    while (!bytes.empty()) {
        const auto number = take(bytes), end = i + number / 2;
        const bool copies = number % 2 != 0;
        if (end == i || end > values.size())
            throw std::runtime_error("a run is empty or longer than the picture");
        if (copies ? i < row : bytes.empty())
            throw std::runtime_error("a run has nothing to repeat");
        const auto value = copies ? std::uint8_t{0} : bytes.front();
        if (!copies)
            bytes = bytes.subspan(1);
        for (; i < end; ++i)
            values[i] = copies ? values[i - row] : value;
    }
    if (i != values.size())
        throw std::runtime_error("the runs end before the picture");
    return map;
}

}  // namespace ausm::train
