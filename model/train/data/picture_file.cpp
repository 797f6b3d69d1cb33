// SPDX-License-Identifier: MIT
// The strict readers of model/eval for JPEG and label maps, libpng's simplified interface for colour.
#include "train/data/picture_file.h"

#include "eval/jpeg_file.h"
#include "eval/png_file.h"

#include <ATen/ATen.h>
#include <png.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace ausm::train {
namespace {

at::Tensor tensor_of(const std::vector<std::uint8_t>& bytes, at::IntArrayRef shape) {
    auto tensor = at::empty(shape, at::kByte);
    std::memcpy(tensor.mutable_data_ptr<std::uint8_t>(), bytes.data(), bytes.size());
    return tensor;
}

/// [h, w, channels of `format`] uint8; transparent parts lie on white where `format` has no alpha.
at::Tensor read_png(const std::string& path, png_uint_32 format, bool must_have_alpha) {
    const auto refuse = [&](const std::string& why) {
        throw std::runtime_error("'" + path + "' cannot be read: " + why);
    };
    struct Image : png_image {
        ~Image() { png_image_free(this); }
    } image{};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_file(&image, path.c_str()) == 0)
        refuse(image.message);
    if (image.width > eval::kMaxPictureSide || image.height > eval::kMaxPictureSide)
        refuse("it is larger than " + std::to_string(eval::kMaxPictureSide) + " pixels a side");
    if (must_have_alpha && (image.format & PNG_FORMAT_FLAG_ALPHA) == 0)
        refuse("it has no alpha channel");
    image.format = format;
    auto tensor = at::empty({image.height, image.width, PNG_IMAGE_SAMPLE_CHANNELS(format)}, at::kByte);
    const png_color white{255, 255, 255};
    if (png_image_finish_read(&image, &white, tensor.mutable_data_ptr<std::uint8_t>(), 0, nullptr) == 0)
        refuse(image.message);
    return tensor;
}

}  // namespace

at::Tensor read_picture(const std::string& path) {
    auto extension = std::filesystem::path(path).extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (extension == ".png")
        return read_png(path, PNG_FORMAT_RGB, false);
    if (extension != ".jpg" && extension != ".jpeg")
        throw std::runtime_error("'" + path + "' cannot be read: pictures are .jpg, .jpeg or .png");
    const auto picture = eval::read_jpeg(path);
    return tensor_of(picture.pixels, {picture.height, picture.width, 3});
}

at::Tensor read_label_map(const std::string& path) {
    const auto picture = eval::read_index_png(path);
    return tensor_of(picture.values, {picture.height, picture.width});
}

Sprite read_sprite(const std::string& path) {
    const auto rgba = read_png(path, PNG_FORMAT_RGBA, true);
    return {rgba.slice(2, 0, 3).contiguous(), rgba.select(2, 3).contiguous()};
}

void check_same_size(const LabelledPicture& picture, const std::string& picture_path, const std::string& ids_path) {
    const auto size = [](const at::Tensor& t) { return std::to_string(t.size(1)) + "x" + std::to_string(t.size(0)); };
    if (picture.rgb.size(0) != picture.ids.size(0) || picture.rgb.size(1) != picture.ids.size(1))
        throw std::runtime_error("'" + ids_path + "' is " + size(picture.ids) + ", its picture '" + picture_path +
                                 "' is " + size(picture.rgb));
}

}  // namespace ausm::train
