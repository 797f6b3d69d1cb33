// SPDX-License-Identifier: MIT
// Collects scaled frames and draws them with cairo.
#include "pipelines/report/contact_sheet.h"

#include "pipelines/report/settings.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace ausm::report {

namespace {

constexpr int kColumns = 4;
constexpr std::size_t kShown = 12;
constexpr int kTileWidth = 320;
constexpr int kMaxTileHeight = 640;
constexpr int kGap = 6;
constexpr int kTextHeight = 18;
constexpr double kFontSize = 12;

/// Height of a tile that keeps the display aspect, at least 2.
int tile_height(const GstVideoInfo& info) {
    const double width = static_cast<double>(info.width) * info.par_n / std::max(info.par_d, 1);
    return std::clamp(static_cast<int>(std::lround(kTileWidth * info.height / std::max(width, 1.0))), 2,
                      kMaxTileHeight);
}

Owned<cairo_surface_t> scaled(GstBuffer* buffer, GstCaps* caps) {
    GstVideoInfo info;
    if (!caps || !gst_video_info_from_caps(&info, caps))
        throw Failure("the frames are not plain video, no contact sheet can be made.");
    const int height = tile_height(info);
    const Owned<GstCaps> wanted(gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "BGRx", "width", G_TYPE_INT,
                                                    kTileWidth, "height", G_TYPE_INT, height, "pixel-aspect-ratio",
                                                    GST_TYPE_FRACTION, 1, 1, nullptr));
    const Owned<GstSample> sample(gst_sample_new(buffer, caps, nullptr, nullptr));
    GError* raw = nullptr;
    const Owned<GstSample> tile(gst_video_convert_sample(sample.get(), wanted.get(), 10 * GST_SECOND, &raw));
    const Owned<GError> error(raw);
    if (!tile)
        throw Failure(std::string("a frame could not be scaled for the contact sheet: ") +
                      (error ? error->message : "unknown reason"));
    GstMapInfo map;
    if (!gst_buffer_map(gst_sample_get_buffer(tile.get()), &map, GST_MAP_READ))
        throw Failure("a scaled frame could not be read.");
    Owned<cairo_surface_t> surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, kTileWidth, height));
    const auto row = static_cast<std::size_t>(kTileWidth) * 4;
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface.get()));
    unsigned char* data = cairo_image_surface_get_data(surface.get());
    for (std::size_t y = 0; data && y < static_cast<std::size_t>(height) && (y + 1) * row <= map.size; ++y)
        std::memcpy(data + y * stride, map.data + y * row, row);
    cairo_surface_mark_dirty(surface.get());
    gst_buffer_unmap(gst_sample_get_buffer(tile.get()), &map);
    return surface;
}

void text(cairo_t* cairo, double x, double y, const std::string& line) {
    cairo_move_to(cairo, x, y);
    cairo_show_text(cairo, line.c_str());
}

cairo_status_t to_file(void* file, const unsigned char* data, unsigned int length) {
    return std::fwrite(data, 1, length, static_cast<FILE*>(file)) == length ? CAIRO_STATUS_SUCCESS
                                                                            : CAIRO_STATUS_WRITE_ERROR;
}

/// Under another name first, so that a full disk costs no older sheet.
void write_png(cairo_surface_t* surface, const std::string& file) {
    const std::string part = file + ".part";
    FILE* stream = std::fopen(part.c_str(), "wb");
    bool written = stream && cairo_surface_write_to_png_stream(surface, to_file, stream) == CAIRO_STATUS_SUCCESS;
    if (stream && std::fclose(stream) != 0)
        written = false;
    if (written && std::rename(part.c_str(), file.c_str()) == 0)
        return;
    const std::string reason = std::strerror(errno);
    std::remove(part.c_str());
    throw Failure("the contact sheet " + file + " could not be written (" + reason +
                  "); make room or choose another folder with --output.");
}

}  // namespace

void ContactSheet::expect(int frames) { stride_ = std::max(1, frames / (2 * static_cast<int>(kShown))); }

void ContactSheet::add(GstBuffer* buffer, GstCaps* caps, int frame, double seconds) {
    if (frame % stride_ != 0)
        return;
    tiles_.push_back({frame, seconds, scaled(buffer, caps)});
    if (tiles_.size() >= 4 * kShown)
        thin_out();
}

void ContactSheet::thin_out() {
    stride_ *= 2;
    std::erase_if(tiles_, [this](const Tile& tile) { return tile.frame % stride_ != 0; });
}

std::vector<const ContactSheet::Tile*> ContactSheet::spread() const {
    std::vector<const Tile*> shown;
    const std::size_t count = std::min(kShown, tiles_.size());
    for (std::size_t i = 0; i < count; ++i)
        shown.push_back(&tiles_[count < 2 ? 0 : i * (tiles_.size() - 1) / (count - 1)]);
    return shown;
}

void ContactSheet::write(const std::string& file, const std::string& title, const std::string& caption) const {
    const auto shown = spread();
    int tallest = 2;
    for (const Tile* tile : shown)
        tallest = std::max(tallest, cairo_image_surface_get_height(tile->picture.get()));
    const int columns = std::clamp(static_cast<int>(shown.size()), 1, kColumns);
    const int rows = (static_cast<int>(shown.size()) + columns - 1) / columns;
    const int width = kGap + columns * (kTileWidth + kGap);
    const int height = kTextHeight + kGap + rows * (tallest + kTextHeight + kGap) + (caption.empty() ? 0 : kTextHeight);
    const Owned<cairo_surface_t> surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
    const Owned<cairo_t> cairo(cairo_create(surface.get()));
    cairo_set_source_rgb(cairo.get(), 1, 1, 1);
    cairo_paint(cairo.get());
    cairo_select_font_face(cairo.get(), "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo.get(), kFontSize);
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const int x = kGap + static_cast<int>(i) % columns * (kTileWidth + kGap);
        const int y = kTextHeight + kGap + static_cast<int>(i) / columns * (tallest + kTextHeight + kGap);
        cairo_set_source_surface(cairo.get(), shown[i]->picture.get(), x, y);
        cairo_paint(cairo.get());
        cairo_set_source_rgb(cairo.get(), 0, 0, 0);
        char line[64];
        std::snprintf(line, sizeof line, "frame %d, %.2f s", shown[i]->frame, shown[i]->seconds);
        text(cairo.get(), x, y + tallest + kTextHeight - 5, line);
    }
    cairo_set_source_rgb(cairo.get(), 0, 0, 0);
    text(cairo.get(), kGap, kTextHeight - 2, title);
    text(cairo.get(), kGap, height - 5, caption);
    write_png(surface.get(), file);
}

}  // namespace ausm::report
