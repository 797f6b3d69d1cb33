// SPDX-License-Identifier: MIT
// What the official evaluation does to the numbers of an annotation.
#include "eval/davis_annotation.h"

#include "io/png.h"

#include <algorithm>
#include <stdexcept>

namespace ausm::eval {
namespace {

constexpr int kVoid = 255;

}  // namespace

DavisObjects davis_objects(const io::IndexPicture& first, const std::string& path) {
    DavisObjects objects;
    bool has_void = false;
    for (const int value : first.values) {
        has_void = has_void || value == kVoid;
        if (value != kVoid)
            objects.count = std::max(objects.count, value);
    }
    objects.binary = objects.count == 0 && has_void;
    if (objects.binary)
        objects.count = 1;
    if (objects.count == 0)
        throw std::runtime_error("'" + path +
                                 "' shows no object: the first annotation of a video says which objects "
                                 "count; leave the video out with --sequences");
    return objects;
}

io::IndexPicture read_annotation(const std::string& path, const DavisObjects& objects) {
    auto picture = io::read_index_png(path);
    for (auto& value : picture.values)
        if (objects.binary)
            value = value != 0 ? 1 : 0;
        else if (value > objects.count)
            value = 0;
    return picture;
}

std::vector<std::uint8_t> pixels_of(const io::IndexPicture& picture, int value) {
    std::vector<std::uint8_t> pixels(picture.values.size());
    std::transform(picture.values.begin(), picture.values.end(), pixels.begin(),
                   [value](std::uint8_t found) { return static_cast<std::uint8_t>(found == value ? 1 : 0); });
    return pixels;
}

}  // namespace ausm::eval
