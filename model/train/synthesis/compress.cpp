// SPDX-License-Identifier: MIT
// JPEG's loss without its bytes: the cosine transform of all blocks as one matrix product.
#include "train/synthesis/photometric.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ausm::train {
namespace {

using Table = std::array<int, 64>;

// ITU-T T.81, tables K.1 and K.2, row by row.
constexpr Table kLuminance{16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
                           14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
                           18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
                           49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};
constexpr Table kChrominance{17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99,
                             99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
                             99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

/// [64] float32.
at::Tensor quantiser(const Table& table, std::int64_t quality) {
    const auto steps = at::empty({64}, at::kFloat);
    auto* out = steps.mutable_data_ptr<float>();
    const auto scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    for (const int step : table)
        *out++ = static_cast<float>(std::clamp<std::int64_t>((step * scale + 50) / 100, 1, 255));
    return steps;
}

/// [64, 64]: from the pixels of a block, row by row, to its coefficients; orthonormal.
at::Tensor cosine_transform() {
    const auto one = at::empty({8, 8}, at::kFloat);
    auto values = one.accessor<float, 2>();
    for (int k = 0; k < 8; ++k)
        for (int i = 0; i < 8; ++i)
            values[k][i] = static_cast<float>(std::sqrt(k == 0 ? 0.125 : 0.25) *
                                              std::cos((2 * i + 1) * k * std::numbers::pi / 16));
    return at::kron(one, one);
}

/// planes [n, h, w], about 0.
at::Tensor quantised(const at::Tensor& planes, const at::Tensor& steps) {
    static const auto transform = cosine_transform();
    const auto n = planes.size(0), h = planes.size(1) / 8, w = planes.size(2) / 8;
    const auto blocks = planes.reshape({n, h, 8, w, 8}).permute({0, 1, 3, 2, 4}).reshape({n * h * w, 64});
    auto coefficients = at::mm(blocks, transform.t());
    coefficients.div_(steps).round_().mul_(steps);
    return at::mm(coefficients, transform).view({n, h, w, 8, 8}).permute({0, 1, 3, 2, 4}).reshape(planes.sizes());
}

// YCbCr of JFIF, all three about 0.
constexpr std::array<float, 9> kToYcc{0.299F, 0.587F, 0.114F,     -0.168736F, -0.331264F,
                                      0.5F,   0.5F,   -0.418688F, -0.081312F};
constexpr std::array<float, 9> kFromYcc{1, 0, 1.402F, 1, -0.344136F, -0.714136F, 1, 1.772F, 0};

/// [3, 3] by [3, H, W].
at::Tensor mixed(const std::array<float, 9>& matrix, const at::Tensor& planes) {
    return at::mm(at::tensor(matrix).view({3, 3}), planes.reshape({3, -1})).view(planes.sizes());
}

}  // namespace

at::Tensor compress(const at::Tensor& picture, std::int64_t quality) {
    const auto ycc = mixed(kToYcc, picture - 128);
    const auto luma = quantised(ycc.slice(0, 0, 1), quantiser(kLuminance, quality));
    const auto chroma = quantised(at::avg_pool2d(ycc.slice(0, 1), {2, 2}), quantiser(kChrominance, quality));
    const auto large = at::upsample_bilinear2d(chroma.unsqueeze(0), picture.sizes().slice(1), /*align_corners=*/false);
    return mixed(kFromYcc, at::cat({luma, large.squeeze(0)})) + 128;
}

}  // namespace ausm::train
