// SPDX-License-Identifier: MIT
// The extension says which reader.
#include "data/picture_file.h"

#include "io/jpeg.h"
#include "io/png.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <stdexcept>

namespace ausm::data {

io::RgbPicture read_picture(const std::string& path) {
    auto extension = std::filesystem::path(path).extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (extension == ".png")
        return io::read_rgb_png(path);
    if (extension != ".jpg" && extension != ".jpeg")
        throw std::runtime_error("'" + path + "' cannot be read: pictures are .jpg, .jpeg or .png");
    return io::read_jpeg(path);
}

void check_same_size(const LabelledPicture& picture, const std::string& picture_path, const std::string& ids_path) {
    const auto size = [](const auto& p) { return std::to_string(p.width) + "x" + std::to_string(p.height); };
    if (picture.rgb.width != picture.ids.width || picture.rgb.height != picture.ids.height)
        throw std::runtime_error("'" + ids_path + "' is " + size(picture.ids) + ", its picture '" + picture_path +
                                 "' is " + size(picture.rgb));
}

}  // namespace ausm::data
