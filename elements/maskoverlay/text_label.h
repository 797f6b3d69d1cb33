// SPDX-License-Identifier: MIT
// Short texts on a picture, each on a box of one colour.
#pragma once

#include "elements/maskoverlay/picture.h"

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace ausm::gst::overlay {

/// A text without its colours. Both sides are even, so that boxes fit the samples that pixels share.
struct TextMask {
    int width = 0, height = 0;           ///< of the box; 0 when there is nothing to see
    std::vector<std::uint8_t> coverage;  ///< [height, width]: 0 is box, 255 is text
};

/// Renders with pango and keeps what it rendered. Thread-bound, but may be handed from thread to thread.
class TextRenderer {
public:
    TextRenderer();
    ~TextRenderer();
    TextRenderer(const TextRenderer&) = delete;
    TextRenderer& operator=(const TextRenderer&) = delete;

    /// One line; what is not UTF-8 is replaced, what does not fit into max_width pixels ends in an ellipsis.
    /// `font_size` in pixels. The reference stays valid until forget_unused().
    [[nodiscard]] const TextMask& render(const std::string& text, int font_size, int max_width);
    /// Drops the texts that were not asked for since the last call, if there are many.
    void forget_unused();

private:
    struct Font;
    struct Entry {
        TextMask mask;
        bool used = false;
    };
    using Key = std::tuple<std::string, int, int>;

    std::unique_ptr<Font> font_;
    std::map<Key, Entry> entries_;
};

/// In pixels: readable in a picture of this height.
[[nodiscard]] int font_size_for(int height) noexcept;

/// Where a label goes: above the point, or below it where there is no room, and always inside the picture as far as the
/// picture is large enough. Both are even.
struct LabelPlace {
    int x = 0, y = 0;
};
[[nodiscard]] LabelPlace place_label(const Picture& picture, const TextMask& mask, int x, int y) noexcept;

/// Draws the box and the text; what is outside the picture is left out. x and y are even and not negative.
void draw_label(const Picture& picture, const TextMask& mask, LabelPlace place, const Colour& box,
                const Colour& text) noexcept;

}  // namespace ausm::gst::overlay
