// SPDX-License-Identifier: MIT
// What the values of a grey mask mean: ids of objects, or one object with soft edges.
#include "gstausmgreymask.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace ausm::gst {

namespace {

constexpr int kHalf = 128;                // of 255: from here on a soft edge is inside
constexpr int kBlack = 16, kWhite = 235;  // up to and from where JPEG, video levels and wide blurs fill areas, of 255
constexpr std::size_t kFewestEdges = 3;   // values: fewer thin lines may be objects that hide behind each other
constexpr const char* kNextStep = "give it hard edges, or save it with a palette if its values are ids";

/// Where the pixels of one value stand.
struct Stand {
    std::size_t pixels = 0;
    std::size_t flat = 0;     // all four neighbours have the value, too
    std::size_t between = 0;  // of the eight neighbours one is lower and one higher

    [[nodiscard]] bool fills_area() const noexcept { return 4 * flat >= pixels; }
    [[nodiscard]] bool is_edge() const noexcept { return !fills_area() && 2 * between > pixels; }
};

using Stands = std::array<Stand, 256>;

/// Counts all values; how they stand only between black and white. The picture goes on over its edges.
Stands stands_of(const MaskImage& image, int white) {
    Stands stands;
    const auto width = static_cast<std::size_t>(image.width), height = static_cast<std::size_t>(image.height);
    for (std::size_t y = 0; y < height; ++y) {
        const std::uint8_t* row = image.values.data() + y * width;
        const std::uint8_t* const above = y > 0 ? row - width : row;
        const std::uint8_t* const below = y + 1 < height ? row + width : row;
        for (std::size_t x = 0; x < width; ++x) {
            const std::uint8_t value = row[x];
            Stand& stand = stands[value];
            ++stand.pixels;
            if (value == 0 || value == white)
                continue;
            const std::size_t left = x > 0 ? x - 1 : x, right = x + 1 < width ? x + 1 : x;
            const bool flat = row[left] == value && row[right] == value && above[x] == value && below[x] == value;
            const auto [lowest, highest] = std::minmax(
                {row[left], row[right], above[left], above[x], above[right], below[left], below[x], below[right]});
            stand.flat += flat ? 1 : 0;
            stand.between += lowest < value && value < highest ? 1 : 0;
        }
    }
    return stands;
}

/// What all values together look like.
struct Look {
    int values = 0;          // but 0
    std::size_t edges = 0;   // values in thin lines between others
    std::size_t areas = 0;   // values between black and white that fill areas
    bool grey_area = false;  // one of them is far from both
    bool reaches_half = false;
    std::size_t grey = 0;  // pixels far from black and white

    [[nodiscard]] bool has_soft_edges() const noexcept {
        return edges >= kFewestEdges || (edges > 0 && areas == 0 && reaches_half);
    }
    [[nodiscard]] bool shows_ids() const noexcept {
        return values <= kMaxGreyObjects && (!has_soft_edges() || 2 * edges <= areas);
    }
};

int of_255(int value, int white) noexcept { return value * 255 / white; }

Look look_of(const Stands& stands, int white) {
    Look look;
    for (int value = 1; value <= white; ++value) {
        const Stand& stand = stands[static_cast<std::size_t>(value)];
        if (stand.pixels == 0)
            continue;
        const int level = of_255(value, white);
        const bool far = level > kBlack && level < kWhite;
        ++look.values;
        look.reaches_half = look.reaches_half || level >= kHalf;
        look.grey += far ? stand.pixels : 0;
        if (value == white)
            continue;
        look.edges += stand.is_edge() ? 1 : 0;
        look.areas += stand.fills_area() ? 1 : 0;
        look.grey_area = look.grey_area || (far && stand.fills_area());
    }
    return look;
}

/// Why a picture that shows no ids is no single object either; empty when it is one.
std::string why_not_one(const Look& look, std::size_t pixels) {
    if (!look.has_soft_edges() && look.grey_area)
        return "it has " + std::to_string(look.values) + " values, and a grey mask shows at most " +
               std::to_string(kMaxGreyObjects) + " objects";
    if (!look.reaches_half)
        return "its edges are soft, and nothing in it is as bright as half of white";
    if (2 * look.grey > pixels)
        return "most of its pixels are neither black nor white";
    if (look.grey_area)
        return "its edges are soft, and more than black and white fills areas, so it is not one object";
    return {};
}

}  // namespace

std::optional<std::string> settle_grey(MaskImage& image, int white) {
    const Look look = look_of(stands_of(image, white), white);
    if (look.values < 2 || look.shows_ids())
        return std::nullopt;
    if (const std::string wrong = why_not_one(look, image.values.size()); !wrong.empty())
        return wrong + ": " + kNextStep;
    std::ranges::transform(image.values, image.values.begin(), [white](std::uint8_t value) {
        return static_cast<std::uint8_t>(of_255(value, white) >= kHalf ? 255 : 0);
    });
    return std::nullopt;
}

}  // namespace ausm::gst
