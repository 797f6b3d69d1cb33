// SPDX-License-Identifier: MIT
// Small pictures, label maps and drawings in a temporary folder.
#pragma once

#include "../../gst/png_file.h"
#include "../../gst/temporary_folder.h"
#include "../expect_error.h"
#include "io/png.h"
#include "write_jpeg.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ausm::data::test {

using Bytes = std::vector<std::uint8_t>;

class Miniature : public testing::Test {
protected:
    [[nodiscard]] std::string path(const std::string& name = "") const { return folder_.path(name); }

    /// With the folders on the way.
    std::string text(const std::string& name, const std::string& content) const {
        make_folder(name);
        return folder_.write(name, content);
    }
    /// One colour.
    void jpeg(const std::string& name, int width, int height, std::vector<std::uint8_t> rgb = {200, 90, 40}) const {
        make_folder(name);
        Bytes pixels;
        for (int i = 0; i < width * height; ++i)
            pixels.insert(pixels.end(), rgb.begin(), rgb.end());
        io::test::write_jpeg(path(name), width, height, pixels);
    }
    void ids(const std::string& name, int width, int height, Bytes values) const {
        make_folder(name);
        io::write_index_png(path(name), {width, height, std::move(values)});
    }
    void png(const std::string& name, int width, int height, int colour, std::vector<Bytes> rows) const {
        make_folder(name);
        write_png(path(name), width, height, 8, colour, std::move(rows));
    }
    void remove(const std::string& name) const { std::filesystem::remove_all(path(name)); }

private:
    void make_folder(const std::string& name) const {
        std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    }

    TemporaryFolder folder_;
};

using ausm::test::error_of;
using ausm::test::expect_error;

}  // namespace ausm::data::test
