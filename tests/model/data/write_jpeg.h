// SPDX-License-Identifier: MIT
// JPEG files for tests, by the library's own encoder.
#pragma once

#include "io/jpeg.h"

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace ausm::io::test {

/// rgb: [height, width, 3].
inline void write_jpeg(const std::string& path, int width, int height, std::vector<std::uint8_t> rgb) {
    const auto bytes = encode_jpeg({width, height, std::move(rgb)}, 95, /*half_colour=*/true);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace ausm::io::test
