// SPDX-License-Identifier: MIT
// Everything that is drawn on one picture: the masks of its objects, and their labels on top.
#include "elements/maskoverlay/annotation.h"

#include <cmath>
#include <string>

namespace ausm::gst::overlay {
namespace {

/// For instance "person #7 87 %".
std::string label_text(const Annotation& object, const Look& look) {
    std::string text;
    const auto append = [&text](std::string_view part) {
        if (!text.empty() && !part.empty())
            text += ' ';
        text += part;
    };
    if (look.labels)
        append(object.label);
    if (look.ids)
        append(std::string(1, '#').append(std::to_string(object.id)));
    if (look.scores)
        append(std::to_string(std::lround(object.score * 100)) + " %");
    return text;
}

void draw_labels(const Picture& picture, const ColourCode& code, std::span<const Annotation> objects, const Look& look,
                 TextRenderer& text) {
    for (const Annotation& object : objects) {
        if (!object.has_box)
            continue;
        const TextMask& mask = text.render(label_text(object, look), font_size_for(picture.height), picture.width);
        const int x = static_cast<int>(object.x0 * picture.width), y = static_cast<int>(object.y0 * picture.height);
        const Rgb colour = palette_colour(look.palette, object.id);
        draw_label(picture, mask, place_label(picture, mask, x, y), stored(colour, code),
                   stored(text_colour_on(colour), code));
    }
}

}  // namespace

Colour stored(Rgb colour, const ColourCode& code) noexcept {
    return code.yuv ? to_yuv(colour, code.matrix, code.range) : Colour{colour.r, colour.g, colour.b};
}

void annotate(const Picture& picture, const ColourCode& code, const LabelMap& map, std::span<const Annotation> objects,
              const TrailMap& trails, const Look& look, TextRenderer& text) {
    PaintTable paints{};
    for (const Annotation& object : objects) {
        const Colour colour = stored(palette_colour(look.palette, object.id), code);
        paints[object.value] = make_paint(colour, look.alpha);
        paints[std::size_t{kContourCode} + object.value] = make_paint(colour, 1);
    }
    if (look.style != MaskStyle::kNone)
        paint_masks(picture, map, look.style, paints);

    const int thickness = contour_thickness(picture.height);
    for (const Annotation& object : objects)
        if (look.boxes && object.has_box)
            draw_frame(picture, {object.x0, object.y0}, {object.x1, object.y1}, thickness,
                       stored(palette_colour(look.palette, object.id), code));
    for (const auto& [id, points] : trails)
        draw_line(picture, points, 2 * thickness, stored(palette_colour(look.palette, id), code));
    draw_labels(picture, code, objects, look, text);
    text.forget_unused();
}

}  // namespace ausm::gst::overlay
