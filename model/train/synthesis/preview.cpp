// SPDX-License-Identifier: MIT
// Everything is drawn at half size, where a cell of the 1/4 map is 2 x 2 pixels.
#include "train/synthesis/preview.h"

#include "train/synthesis/image_ops.h"

#include <ATen/ATen.h>

#include <array>
#include <string>

namespace ausm::train {
namespace {

using Colour = std::array<std::uint8_t, 3>;
constexpr std::array<Colour, 6> kPlaces{
    {{255, 60, 60}, {60, 220, 60}, {80, 120, 255}, {255, 220, 40}, {255, 70, 255}, {60, 230, 230}}};
constexpr Colour kWhite{255, 255, 255}, kYellow{255, 220, 0}, kCyan{0, 255, 255};
constexpr std::int64_t kDigit = 2;  // pixels of a block of a digit

// 3 x 5 blocks each, rows from the top, three bits a row.
constexpr std::array<std::array<int, 5>, 11> kDigits{{{7, 5, 5, 5, 7},
                                                      {2, 6, 2, 2, 7},
                                                      {7, 1, 7, 4, 7},
                                                      {7, 1, 7, 1, 7},
                                                      {5, 5, 7, 1, 1},
                                                      {7, 4, 7, 1, 7},
                                                      {7, 4, 7, 5, 7},
                                                      {7, 1, 1, 1, 1},
                                                      {7, 5, 7, 5, 7},
                                                      {7, 5, 7, 1, 7},
                                                      {0, 0, 7, 0, 0}}};  // the last: "-"

Colour colour_of(std::int64_t place) { return kPlaces[static_cast<std::size_t>(place) % kPlaces.size()]; }

/// picture [h, w, 3]; cut off at its borders.
void fill(const at::Tensor& picture, std::int64_t y, std::int64_t x, std::int64_t rows, std::int64_t columns,
          const Colour& colour) {
    const auto area = picture.slice(0, y, y + rows).slice(1, x, x + columns);
    for (std::int64_t c = 0; c < 3; ++c)
        area.select(2, c).fill_(colour[static_cast<std::size_t>(c)]);
}

void draw_frame(const at::Tensor& picture, const Colour& colour) {
    const auto h = picture.size(0), w = picture.size(1);
    fill(picture, 0, 0, 1, w, colour);
    fill(picture, h - 1, 0, 1, w, colour);
    fill(picture, 0, 0, h, 1, colour);
    fill(picture, 0, w - 1, h, 1, colour);
}

/// -> where the next one begins.
std::int64_t draw_text(const at::Tensor& picture, std::int64_t y, std::int64_t x, const std::string& text,
                       const Colour& colour) {
    for (const char letter : text) {
        const auto& rows = kDigits[letter == '-' ? 10 : static_cast<std::size_t>(letter - '0')];
        fill(picture, y - 1, x - 1, 5 * kDigit + 2, 3 * kDigit + 2, {0, 0, 0});
        for (std::int64_t row = 0; row < 5; ++row)
            for (std::int64_t column = 0; column < 3; ++column)
                if ((rows[static_cast<std::size_t>(row)] >> (2 - column) & 1) != 0)
                    fill(picture, y + row * kDigit, x + column * kDigit, kDigit, kDigit, colour);
        x += 4 * kDigit;
    }
    return x;
}

/// Mixes a colour in where mask [h4, w4] (0 .. 255) is, as strongly as `strength`.
void tint(at::Tensor& picture, const at::Tensor& mask, const Colour& colour, double strength) {
    const auto weight =
        mask.repeat_interleave(2, 0).repeat_interleave(2, 1).to(at::kFloat).mul_(strength / 255).unsqueeze(2);
    const auto paint = at::tensor({colour[0], colour[1], colour[2]}).to(at::kFloat);
    picture = to_bytes(at::lerp(picture.to(at::kFloat), paint.expand(picture.sizes()), weight.expand(picture.sizes())));
}

/// Cells of a mask that touch a cell outside of it: [h4, w4] uint8.
at::Tensor outline(const at::Tensor& mask) {
    const auto outside = mask.le(127).to(at::kFloat).unsqueeze(0).unsqueeze(0);
    const auto near = at::max_pool2d(outside, {3, 3}, {1, 1}, {1, 1}).squeeze(0).squeeze(0);
    return mask.gt(127).logical_and(near.gt(0)).to(at::kByte).mul(255);
}

at::Tensor truth_view(const Clip& clip, std::int64_t t, at::Tensor picture) {
    const auto places = clip.masks.size(1), frames = clip.masks.size(0);
    for (std::int64_t k = 0; k < places; ++k) {
        tint(picture, clip.masks[t][k], colour_of(k), 0.35);
        tint(picture, outline(clip.masks[t][k]), colour_of(k), 1);
    }
    std::int64_t x = 4;
    for (std::int64_t k = 0; t == 0 && k < places; ++k) {
        const auto start = clip.start[k].item<std::int64_t>();
        if (clip.valid[k].item<bool>())
            x = draw_text(picture, 4, x, start > frames ? "-" : std::to_string(start), colour_of(k)) + 2 * kDigit;
    }
    if (clip.complete)
        draw_frame(picture, kWhite);
    return picture;
}

at::Tensor marks_view(const Clip& clip, std::int64_t t, at::Tensor picture) {
    picture = picture.div(2, "floor");
    std::int64_t x = 4;
    for (std::int64_t k = 0; k < clip.masks.size(1); ++k)
        tint(picture, clip.marks[t][k], colour_of(k), 0.8);
    for (std::int64_t k = 0; k < clip.masks.size(1); ++k) {
        if (!clip.tracked[t][k].item<bool>())
            continue;
        fill(picture, 4, x, 10, 10, colour_of(k));
        if (!clip.visible[t][k].item<bool>())
            fill(picture, 6, x + 2, 6, 6, {0, 0, 0});
        x += 12;
        if (const auto kind = clip.kinds[t][k].item<std::int64_t>(); kind != 0)
            x = draw_text(picture, 4, x, std::to_string(kind), colour_of(k)) + kDigit;
    }
    if (t == clip.anchor_frame) {
        for (std::int64_t k = 0; k < clip.masks.size(1); ++k)
            tint(picture, outline(clip.anchor_marks[k]), colour_of(k), 1);
        draw_frame(picture.slice(0, 1, -1).slice(1, 1, -1), kCyan);
    }
    if (t == 0 && clip.rereads)
        draw_frame(picture, kYellow);
    return picture;
}

}  // namespace

at::Tensor contact_sheet(const ClipMaker& maker, std::uint64_t first, std::int64_t count) {
    std::vector<at::Tensor> rows;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto clip = maker.make(first + static_cast<std::uint64_t>(i));
        std::vector<at::Tensor> truth, marks;
        for (std::int64_t t = 0; t < clip.images.size(0); ++t) {
            const auto frame = clip.images[t].permute({1, 2, 0}).contiguous();
            const auto picture = resize_smooth(frame, frame.size(0) / 2, frame.size(1) / 2);
            truth.push_back(truth_view(clip, t, picture));
            marks.push_back(marks_view(clip, t, picture));
        }
        rows.push_back(at::cat(truth, 1));
        rows.push_back(at::cat(marks, 1));
    }
    return at::cat(rows, 0).contiguous();
}

}  // namespace ausm::train
