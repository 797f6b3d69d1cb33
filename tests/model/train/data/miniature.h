// SPDX-License-Identifier: MIT
// Small pictures, label maps and drawings in a temporary folder, and the errors of those who read them.
#pragma once

#include "../../../gst/png_file.h"
#include "../../../gst/temporary_folder.h"
#include "../../eval/davis_folder.h"
#include "eval/png_file.h"
#include "train/data/dataset.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace ausm::train::test {

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
        eval::test::write_jpeg(path(name), width, height, pixels);
    }
    void ids(const std::string& name, int width, int height, Bytes values) const {
        make_folder(name);
        eval::write_index_png(path(name), {width, height, std::move(values)});
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

inline Bytes values_of(const at::Tensor& tensor) {
    const auto flat = tensor.contiguous();
    const auto* data = flat.const_data_ptr<std::uint8_t>();
    return {data, data + flat.numel()};
}

/// What `call` complains about; "" if it does not.
template <class Call>
std::string error_of(const Call& call) {
    try {
        call();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

/// `call` must complain with all these words.
template <class Call>
void expect_error(const Call& call, const std::vector<std::string>& words) {
    const auto error = error_of(call);
    EXPECT_FALSE(error.empty()) << "no error";
    for (const auto& word : words)
        EXPECT_NE(error.find(word), std::string::npos) << "'" << word << "' is not in: " << error;
}

}  // namespace ausm::train::test
