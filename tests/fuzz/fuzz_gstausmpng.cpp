// SPDX-License-Identifier: MIT
// Any bytes as a mask PNG: refused with a reason, or an image whose objects part its pixels among the prompts.
#include "gst/gstausmpng.h"

#include "fuzz.h"
#include "gst/gstausmgrammar.h"

#include <png.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace {

using ausm::gst::MaskImage;

constexpr std::size_t kSmall = 1 << 12;  // pixels; larger images are checked without a second coding

/// A file in memory: the reader takes paths.
class MemoryFile {
public:
    MemoryFile() : file_(memfd_create("mask.png", 0)), path_("/proc/self/fd/" + std::to_string(file_)) {}
    const std::string& fill(const void* data, std::size_t size) {
        const bool done = ftruncate(file_, 0) == 0 && pwrite(file_, data, size, 0) == static_cast<ssize_t>(size);
        if (!done)
            ausm::fuzz::broken("a file in memory can be written", __FILE__, __LINE__);
        return path_;
    }

private:
    int file_;
    std::string path_;
};

/// Bits a sample, from the header chunk. libpng lets chunks that it does not know stand before it. 0: there is none.
int depth_of(std::span<const std::uint8_t> png) {
    constexpr std::size_t kSignature = 8, kFrame = 12, kDepth = 8;  // a chunk: length, type, data, checksum
    for (std::size_t at = kSignature; at + kFrame <= png.size();) {
        const std::size_t length = std::size_t{png[at]} << 24 | png[at + 1] << 16 | png[at + 2] << 8 | png[at + 3];
        if (std::memcmp(png.data() + at + 4, "IHDR", 4) == 0)
            return at + 8 + kDepth < png.size() ? png[at + 8 + kDepth] : 0;
        at += kFrame + length;
    }
    return 0;
}

void check_size(const MaskImage& image, std::span<const std::uint8_t> png) {
    FUZZ_CHECK(image.width >= 1 && image.width <= ausm::gst::kMaxMaskSide);
    FUZZ_CHECK(image.height >= 1 && image.height <= ausm::gst::kMaxMaskSide);
    const auto pixels = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    FUZZ_CHECK(image.values.size() == pixels && pixels <= std::size_t{ausm::gst::kMaxMaskPixels});
    // The values are indices or grey levels as they are, not stretched.
    const int depth = depth_of(png);
    FUZZ_CHECK(depth >= 1 && depth <= 8);
    const bool cut = ausm::gst::mask_objects(image) == std::vector<std::uint8_t>{255};  // soft edges of any depth
    FUZZ_CHECK(cut || *std::max_element(image.values.begin(), image.values.end()) < 1 << depth);
}

/// With a palette, whose indices are read as they are.
void check_coding(const MaskImage& image, MemoryFile& file) {
    std::array<std::uint8_t, 3 * 256> palette{};
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    png.width = static_cast<png_uint_32>(image.width);
    png.height = static_cast<png_uint_32>(image.height);
    png.format = PNG_FORMAT_RGB_COLORMAP;
    png.colormap_entries = 256;
    std::vector<std::uint8_t> bytes(PNG_IMAGE_PNG_SIZE_MAX(png));
    png_alloc_size_t size = bytes.size();
    FUZZ_CHECK(png_image_write_to_memory(&png, bytes.data(), &size, 0, image.values.data(), 0, palette.data()));
    const auto again = ausm::gst::read_mask_png(file.fill(bytes.data(), size));
    FUZZ_CHECK(std::holds_alternative<MaskImage>(again));
    FUZZ_CHECK(std::get<MaskImage>(again).width == image.width);
    FUZZ_CHECK(std::get<MaskImage>(again).values == image.values);
}

/// Run lengths of what is not 0, down the columns.
std::vector<std::uint32_t> run_lengths(const ausm::Prompt& prompt) {
    std::vector<std::uint32_t> counts{0};
    const auto width = static_cast<std::size_t>(prompt.mask_width);
    for (std::size_t x = 0; x < width; ++x) {
        for (std::size_t i = x; i < prompt.mask.size(); i += width) {
            const bool inside = prompt.mask[i] != 0;
            if (inside != (counts.size() % 2 == 0))
                counts.push_back(0);
            ++counts.back();
        }
    }
    return counts;
}

void check_prompts(MaskImage image) {
    std::array<std::size_t, 256> expected{};
    for (const std::uint8_t value : image.values)
        ++expected[value];
    const bool shared = std::any_of(expected.begin() + 1, expected.begin() + 255, [](auto count) { return count > 0; });
    ausm::gst::PromptLine line(ausm::gst::PromptOp::kMask);
    const auto objects = ausm::gst::mask_objects(image);
    const std::size_t pixels = image.values.size();
    line.mask = std::move(image);
    const auto made = ausm::gst::make_prompts(line);
    FUZZ_CHECK(std::is_sorted(objects.begin(), objects.end()));
    if (objects.empty()) {
        FUZZ_CHECK(expected[0] == pixels && std::holds_alternative<std::string>(made));
        return;
    }
    const auto& prompts = std::get<std::vector<ausm::Prompt>>(made);
    FUZZ_CHECK(prompts.size() == objects.size());
    std::size_t covered = 0;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const auto inside = static_cast<std::size_t>(std::count(prompts[i].mask.begin(), prompts[i].mask.end(), 255));
        FUZZ_CHECK(prompts[i].mask.size() == pixels);
        FUZZ_CHECK(inside > 0 && inside == expected[objects[i]]);
        covered += inside;
        if (prompts[i].mask.size() > kSmall)
            continue;
        const auto decoded =
            ausm::gst::decode_rle(prompts[i].mask_height, prompts[i].mask_width, run_lengths(prompts[i]));
        FUZZ_CHECK(std::get<MaskImage>(decoded).values == prompts[i].mask);
    }
    // 255 beside other values belongs to nobody.
    FUZZ_CHECK(covered + expected[0] + (shared ? expected[255] : 0) == pixels);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static MemoryFile file;
    auto read = ausm::gst::read_mask_png(file.fill(data, size));
    if (const auto* wrong = std::get_if<std::string>(&read)) {
        FUZZ_CHECK(wrong->starts_with("the mask '/proc/self/fd/"));
        FUZZ_CHECK(!wrong->ends_with("cannot be read: "));
        return 0;
    }
    auto& image = std::get<MaskImage>(read);
    check_size(image, {data, size});
    if (image.values.size() <= kSmall)
        check_coding(image, file);
    // Prompts cost ten times what reading does: a sum picks inputs, which no mutation leaves alone.
    if (std::accumulate(data, data + size, 0U) % 16 == 0)
        check_prompts(std::move(image));
    return 0;
}
