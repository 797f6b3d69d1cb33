// SPDX-License-Identifier: MIT
// Of the two kinds of runs the longer one is taken.
#include "train/data/pack_runs.h"

#include <ATen/ATen.h>

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

std::vector<std::uint8_t> encode_runs(const at::Tensor& map) {
    const auto rows = map.contiguous();
    const std::span values(rows.const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(rows.numel()));
    const auto width = static_cast<std::size_t>(rows.size(1));
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

at::Tensor decode_runs(std::span<const std::uint8_t> bytes, std::int64_t height, std::int64_t width) {
    auto map = at::empty({height, width}, at::kByte);
    const std::span values(map.mutable_data_ptr<std::uint8_t>(), static_cast<std::size_t>(map.numel()));
    const auto row = static_cast<std::size_t>(width);
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
