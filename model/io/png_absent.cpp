// SPDX-License-Identifier: MIT
// In place of png.cpp where there is no libpng: every PNG is an error that says so.
#include "io/png.h"

#include <stdexcept>

namespace ausm::io {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw std::runtime_error("'" + path + "' cannot be " + what +
                             ": this program was built without libpng; install it (./setup) and build again");
}

}  // namespace

IndexPicture read_index_png(const std::string& path, std::int64_t) { fail(path, "read"); }

void write_index_png(const std::string& path, const IndexPicture&) { fail(path, "written"); }

RgbPicture read_rgb_png(const std::string& path) { fail(path, "read"); }

void write_rgb_png(const std::string& path, const RgbPicture&) { fail(path, "written"); }

AlphaPicture read_alpha_png(const std::string& path) { fail(path, "read"); }

}  // namespace ausm::io
