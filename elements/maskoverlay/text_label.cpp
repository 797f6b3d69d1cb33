// SPDX-License-Identifier: MIT
// Short texts on a picture, each on a box of one colour.
#include "elements/maskoverlay/text_label.h"

#include "elements/maskoverlay/samples.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cstring>

namespace ausm::gst::overlay {
namespace {

constexpr glong kMaxCharacters = 80;  // longer than any line that fits; bounds the work on hostile labels
constexpr std::size_t kEntriesKept = 256;

struct Unref {
    void operator()(gpointer object) const noexcept { g_object_unref(object); }
    void operator()(cairo_t* cairo) const noexcept { cairo_destroy(cairo); }
    void operator()(cairo_surface_t* surface) const noexcept { cairo_surface_destroy(surface); }
    void operator()(PangoFontDescription* font) const noexcept { pango_font_description_free(font); }
    void operator()(char* text) const noexcept { g_free(text); }
};
template <typename T>
using Handle = std::unique_ptr<T, Unref>;

int round_up_to_even(int value) noexcept { return (value + 1) / 2 * 2; }

/// The text as pango wants it: UTF-8, bounded, and without control characters, which it would draw.
std::string displayable(const std::string& text) {
    const std::size_t bytes = std::min(text.size(), static_cast<std::size_t>(kMaxCharacters) * 6);
    const Handle<char> valid(g_utf8_make_valid(text.data(), static_cast<gssize>(bytes)));
    const glong characters = std::min(g_utf8_strlen(valid.get(), -1), kMaxCharacters);
    std::string shown(valid.get(), g_utf8_offset_to_pointer(valid.get(), characters));
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return g_ascii_iscntrl(c); }, ' ');
    return shown;
}

}  // namespace

/// An own font map: pango's default one belongs to a thread, and streaming threads come and go.
struct TextRenderer::Font {
    Handle<PangoFontMap> map{pango_cairo_font_map_new()};
    Handle<PangoContext> context{pango_font_map_create_context(map.get())};

    TextMask render(const std::string& text, int font_size, int max_width) const;
};

TextMask TextRenderer::Font::render(const std::string& text, int font_size, int max_width) const {
    const int margin = font_size / 3;
    const Handle<PangoFontDescription> description(pango_font_description_from_string("Sans Bold"));
    pango_font_description_set_absolute_size(description.get(), static_cast<double>(font_size) * PANGO_SCALE);
    const Handle<PangoLayout> layout(pango_layout_new(context.get()));
    pango_layout_set_font_description(layout.get(), description.get());
    pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_width(layout.get(), std::max(max_width - 2 * margin - 2, 1) * PANGO_SCALE);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    int width = 0, height = 0;
    pango_layout_get_pixel_size(layout.get(), &width, &height);

    TextMask mask;
    mask.width = round_up_to_even(width + 2 * margin);
    mask.height = round_up_to_even(height + 2);
    const Handle<cairo_surface_t> surface(cairo_image_surface_create(CAIRO_FORMAT_A8, mask.width, mask.height));
    const Handle<cairo_t> cairo(cairo_create(surface.get()));
    cairo_move_to(cairo.get(), margin, (mask.height - height) / 2);
    pango_cairo_show_layout(cairo.get(), layout.get());
    cairo_surface_flush(surface.get());
    if (cairo_status(cairo.get()) != CAIRO_STATUS_SUCCESS)
        return {};
    const int stride = cairo_image_surface_get_stride(surface.get());
    const unsigned char* pixels = cairo_image_surface_get_data(surface.get());
    mask.coverage.reserve(static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height));
    for (int y = 0; y < mask.height; ++y, pixels += stride)
        mask.coverage.insert(mask.coverage.end(), pixels, pixels + mask.width);
    return mask;
}

TextRenderer::TextRenderer() : font_(std::make_unique<Font>()) {}
TextRenderer::~TextRenderer() = default;

const TextMask& TextRenderer::render(const std::string& text, int font_size, int max_width) {
    const std::string shown = displayable(text);
    const auto [entry, is_new] = entries_.try_emplace(Key{shown, font_size, max_width});
    if (is_new && !shown.empty())
        entry->second.mask = font_->render(shown, font_size, max_width);
    entry->second.used = true;
    return entry->second.mask;
}

void TextRenderer::forget_unused() {
    if (entries_.size() > kEntriesKept)
        std::erase_if(entries_, [](const auto& item) { return !item.second.used; });
    for (auto& [key, entry] : entries_)
        entry.used = false;
}

int font_size_for(int height) noexcept { return std::clamp(height / 30, 9, 96); }

LabelPlace place_label(const Picture& picture, const TextMask& mask, int x, int y) noexcept {
    const auto clamped = [](int position, int size, int limit) {
        return std::clamp(position, 0, std::max(limit - size, 0)) / 2 * 2;
    };
    const int above = y - mask.height;
    return {clamped(x, mask.width, picture.width), clamped(above >= 0 ? above : y, mask.height, picture.height)};
}

void draw_label(const Picture& picture, const TextMask& mask, LabelPlace place, const Colour& box,
                const Colour& text) noexcept {
    const int width = std::min(mask.width, picture.width - place.x);
    const int height = std::min(mask.height, picture.height - place.y);
    const auto coverage = [&](int x, int y) {
        return unsigned{mask.coverage[static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width) +
                                      static_cast<std::size_t>(x)]};
    };
    const auto mean = [&](int left, int top, const DrawPlane& plane) {
        unsigned sum = 0, count = 0;
        for (int y = top; y < std::min(top + plane.down, height); ++y)
            for (int x = left; x < std::min(left + plane.across, width); ++x, ++count)
                sum += coverage(x, y);
        return (sum + count / 2) / count;
    };
    const auto draw = [&](auto samples, const DrawPlane& plane) {
        for (int y = 0; y < height; y += plane.down) {
            std::uint8_t* row = plane.row((place.y + y) / plane.down);
            for (int x = 0; x < width; x += plane.across) {
                const unsigned share = mean(x, y, plane);
                for (std::size_t component = 0; component < 3; ++component)
                    if (plane.offsets[component] >= 0)
                        samples.put(
                            row, (place.x + x) / plane.across * plane.step + plane.offsets[component],
                            samples.scaled((box[component] * (255 - share) + text[component] * share + 127) / 255));
            }
        }
    };
    for (const DrawPlane& plane : used_planes(picture))
        with_samples(plane, [&](auto samples) { draw(samples, plane); });
}

}  // namespace ausm::gst::overlay
