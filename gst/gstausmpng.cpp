// SPDX-License-Identifier: MIT
// Reads mask images.
#include "gstausmpng.h"

#include "gstausmgreymask.h"
#include "model/io/png.h"

#include <stdexcept>
#include <utility>

namespace ausm::gst {

static_assert(kMaxMaskSide == io::kMaxPictureSide);

std::variant<MaskImage, std::string> read_mask_png(const std::string& path) {
    try {
        auto picture = io::read_index_png(path, kMaxMaskPixels);
        MaskImage image{picture.width, picture.height, std::move(picture.values)};
        if (picture.white > 0)
            if (const auto wrong = settle_grey(image, picture.white))
                return "the mask '" + path + "' cannot be used: " + *wrong;
        return image;
    } catch (const std::runtime_error& error) {
        return std::string("the mask ") + error.what();
    }
}

}  // namespace ausm::gst
