// SPDX-License-Identifier: MIT
// A miniature of a DAVIS data set in a temporary folder: drawn JPEG pictures and palette PNG annotations.
#pragma once

#include "../../gst/png_file.h"
#include "../../gst/temporary_folder.h"
#include "write_jpeg.h"

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ausm::data::test {

/// What a pixel shows in frame t: 0 the ground, 1, 2, ... an object.
using Scene = std::function<int(int x, int y, int t)>;

class DavisFolder {
public:
    static constexpr int kWidth = 160, kHeight = 96;

    [[nodiscard]] std::string root() const { return folder_.path(); }
    [[nodiscard]] std::string picture(const std::string& video, int t) const {
        return file("JPEGImages", video, t, ".jpg");
    }
    [[nodiscard]] std::string annotation(const std::string& video, int t) const {
        return file("Annotations", video, t, ".png");
    }
    /// For whatever else a test puts beside the data.
    [[nodiscard]] std::string path(const std::string& name) const { return folder_.path(name); }

    /// Objects in plain colours on a textured ground. values: the numbers of object 1, 2, ... in the annotations.
    void add(const std::string& video, int frames, const Scene& scene, std::vector<std::uint8_t> values = {1, 2, 3}) {
        for (int t = 0; t < frames; ++t) {
            std::vector<std::uint8_t> rgb;
            std::vector<std::vector<std::uint8_t>> rows(kHeight);
            for (int y = 0; y < kHeight; ++y)
                for (int x = 0; x < kWidth; ++x) {
                    const int object = scene(x, y, t);
                    rows[static_cast<std::size_t>(y)].push_back(
                        object > 0 ? values[static_cast<std::size_t>(object - 1)] : 0);
                    const auto colour = colour_of(object, x, y);
                    rgb.insert(rgb.end(), colour.begin(), colour.end());
                }
            std::filesystem::create_directories(std::filesystem::path(picture(video, t)).parent_path());
            std::filesystem::create_directories(std::filesystem::path(annotation(video, t)).parent_path());
            io::test::write_jpeg(picture(video, t), kWidth, kHeight, rgb);
            write_png(annotation(video, t), kWidth, kHeight, 8, PNG_COLOR_TYPE_PALETTE, rows);
        }
    }

private:
    static std::vector<std::uint8_t> colour_of(int object, int x, int y) {
        const auto ground = static_cast<std::uint8_t>(70 + (x / 9 + y / 7) % 5 * 8);
        switch (object) {
        case 1: return {230, 120, 30};
        case 2: return {30, 60, 220};
        case 3: return {40, 200, 60};
        default: return {ground, ground, static_cast<std::uint8_t>(ground + 10)};
        }
    }
    [[nodiscard]] std::string file(const std::string& kind, const std::string& video, int t,
                                   const std::string& extension) const {
        char name[16];
        std::snprintf(name, sizeof name, "%05d", t);
        return folder_.path(kind + "/480p/" + video + "/" + name + extension);
    }

    TemporaryFolder folder_;
};

/// A disc that moves to the right; with two, a square below it too.
inline Scene disc(int objects = 1) {
    return [objects](int x, int y, int t) {
        const int dx = x - 50 - 3 * t, dy = y - 36;
        if (dx * dx + dy * dy < 24 * 24)
            return 1;
        return objects > 1 && x > 100 && x < 136 && y > 56 && y < 90 ? 2 : 0;
    };
}

}  // namespace ausm::data::test
