// SPDX-License-Identifier: MIT
// Any text as compressed run lengths, any numbers as run lengths: refused, or exactly what a naive decoder gives. Any
// bytes as a grey picture: refused as it was, ids as they were, or cut at half.
#include "gst/gstausmmask.h"
#include "model/io/coco_rle.h"

#include "fuzz.h"
#include "gst/gstausmgreymask.h"

#include <numeric>
#include <span>

namespace {

using ausm::fuzz::Input;
using ausm::gst::MaskImage;
using Counts = std::vector<std::uint32_t>;

/// One pixel after the other, down the columns.
void check_pixels(const MaskImage& image, const Counts& counts) {
    std::size_t run = 0, left = counts.empty() ? 0 : counts[0];
    for (int x = 0; x < image.width; ++x) {
        for (int y = 0; y < image.height; ++y) {
            while (left == 0)
                left = counts[++run];
            --left;
            const auto index = static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width);
            FUZZ_CHECK(image.values[index + static_cast<std::size_t>(x)] == (run % 2 == 1 ? 255 : 0));
        }
    }
}

void check_decoding(int height, int width, const Counts& counts) {
    const auto total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    const auto decoded = ausm::gst::decode_rle(height, width, counts);
    const auto* image = std::get_if<MaskImage>(&decoded);
    const bool fits = height > 0 && width > 0 && height <= ausm::gst::kMaxMaskSide &&
                      width <= ausm::gst::kMaxMaskSide && std::int64_t{height} * width == total &&
                      total <= ausm::gst::kMaxMaskPixels;
    FUZZ_CHECK((image != nullptr) == fits);
    if (!image) {
        FUZZ_CHECK(!std::get<std::string>(decoded).empty());
        return;
    }
    FUZZ_CHECK(image->width == width && image->height == height);
    FUZZ_CHECK(std::int64_t{static_cast<std::int64_t>(image->values.size())} == total);
    check_pixels(*image, counts);
    std::int64_t inside = 0;
    for (std::size_t i = 1; i < counts.size(); i += 2)
        inside += counts[i];
    FUZZ_CHECK((ausm::gst::mask_objects(*image) ==
                (inside > 0 ? std::vector<std::uint8_t>{255} : std::vector<std::uint8_t>{})));
}

void check_grey(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 2)
        return;
    const int white = (1 << (1 << bytes[0] % 4)) - 1;  // of 1, 2, 4 and 8 bits
    const std::size_t width = 1 + bytes[1] % 16, height = (bytes.size() - 2) / width;
    MaskImage image{static_cast<int>(width), static_cast<int>(height), {}};
    for (const std::uint8_t byte : bytes.subspan(2, width * height))
        image.values.push_back(static_cast<std::uint8_t>(byte & white));
    const MaskImage before = image;
    if (const auto wrong = ausm::gst::settle_grey(image, white)) {
        FUZZ_CHECK(!wrong->empty() && image.values == before.values);
        return;
    }
    if (image.values == before.values) {
        FUZZ_CHECK(ausm::gst::mask_objects(image).size() <= ausm::gst::kMaxGreyObjects);
        return;
    }
    FUZZ_CHECK(ausm::gst::mask_objects(image) == std::vector<std::uint8_t>{255});
    for (std::size_t i = 0; i < image.values.size(); ++i)
        FUZZ_CHECK(image.values[i] == (2 * before.values[i] > white ? 255 : 0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_grey({data, size});
    Input input(data, size);
    const int height = input.number<std::int16_t>();
    const bool fitting = input.coin();
    const int any_width = input.number<std::int16_t>();
    const auto read = ausm::coco::runs_of_text(input.rest(), ausm::gst::kMaxMaskPixels);
    const auto* counts = std::get_if<Counts>(&read);
    if (!counts)
        return 0;
    FUZZ_CHECK(ausm::coco::runs_of_text(ausm::coco::text_of_runs(*counts), ausm::gst::kMaxMaskPixels) == read);
    std::int64_t total = 0;
    for (const std::uint32_t run : *counts) {
        FUZZ_CHECK(run <= ausm::gst::kMaxMaskPixels);
        total += run;
    }
    // Large pictures only cost time; their sizes are still checked through the refusal.
    if (total > 1 << 16 && fitting)
        return 0;
    const bool divides = fitting && height > 0 && total % height == 0 && total / height <= ausm::gst::kMaxMaskSide;
    check_decoding(height, divides ? static_cast<int>(total / height) : any_width, *counts);
    return 0;
}
