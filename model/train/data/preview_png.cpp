// SPDX-License-Identifier: MIT
// libpng's simplified interface.
#include "train/data/preview_png.h"

#include <ATen/ATen.h>
#include <png.h>

#include <stdexcept>

namespace ausm::train {

void write_preview(const std::string& path, const at::Tensor& picture) {
    TORCH_CHECK(picture.dim() == 3 && picture.size(2) == 3 && picture.scalar_type() == at::kByte,
                "preview: not a picture of bytes");
    const auto pixels = picture.contiguous();
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(pixels.size(1));
    image.height = static_cast<png_uint_32>(pixels.size(0));
    image.format = PNG_FORMAT_RGB;
    if (png_image_write_to_file(&image, path.c_str(), 0, pixels.const_data_ptr(), 0, nullptr) == 0)
        throw std::runtime_error(path + ": " + image.message);
}

}  // namespace ausm::train
