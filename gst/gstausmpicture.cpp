// SPDX-License-Identifier: MIT
// Reads pictures that people name in properties.
#include "gstausmpicture.h"

#include "model/io/png.h"
#ifdef AUSM_JPEG
#include "model/io/jpeg.h"
#endif

#include <fstream>
#include <stdexcept>

namespace ausm::gst {
namespace {

bool begins_as_jpeg(const std::string& path) {
    char bytes[2] = {};
    std::ifstream(path, std::ios::binary).read(bytes, sizeof bytes);
    return bytes[0] == '\xff' && bytes[1] == '\xd8';
}

}  // namespace

std::variant<io::RgbPicture, std::string> read_picture(const std::string& path) {
    try {
        if (!begins_as_jpeg(path))
            return io::read_rgb_png(path);
#ifdef AUSM_JPEG
        return io::read_jpeg(path);
#else
        return "the picture '" + path + "' is a JPEG, which this build cannot read; use a PNG";
#endif
    } catch (const std::runtime_error& error) {
        return "the picture " + std::string(error.what());
    }
}

}  // namespace ausm::gst
