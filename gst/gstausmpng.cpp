// SPDX-License-Identifier: MIT
// Reads mask images.
#include "gstausmpng.h"

#include "gstausmgreymask.h"

#include <glib.h>
#include <png.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace ausm::gst {

namespace {

/// libpng leaves a function that fails by longjmp: the functions that set the jump hold nothing with a destructor.
struct Reader {
    png_structp png = nullptr;
    png_infop info = nullptr;
    char error[256] = "";

    Reader() {
        png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore_warning);
        if (png)
            info = png_create_info_struct(png);
    }
    ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    [[noreturn]] static void fail(png_structp png, png_const_charp text) {
        auto* reader = static_cast<Reader*>(png_get_error_ptr(png));
        std::snprintf(reader->error, sizeof reader->error, "%s", text);
        png_longjmp(png, 1);
    }
    static void ignore_warning(png_structp, png_const_charp) {}
};

struct Header {
    png_uint_32 width = 0, height = 0;
    int depth = 0, color = 0;
};

bool read_header(Reader& reader, std::FILE* file, Header& header) {
    if (setjmp(png_jmpbuf(reader.png)))
        return false;
    png_init_io(reader.png, file);
    png_set_user_limits(reader.png, kMaxMaskSide, kMaxMaskSide);
    png_read_info(reader.png, reader.info);
    png_get_IHDR(reader.png, reader.info, &header.width, &header.height, &header.depth, &header.color, nullptr, nullptr,
                 nullptr);
    return true;
}

/// rows: one pointer per row, each of header.width bytes.
bool read_rows(Reader& reader, png_bytepp rows) {
    if (setjmp(png_jmpbuf(reader.png)))
        return false;
    png_set_packing(reader.png);
    png_set_interlace_handling(reader.png);
    png_read_update_info(reader.png, reader.info);
    png_read_image(reader.png, rows);
    png_read_end(reader.png, nullptr);
    return true;
}

std::string wrong_kind(const Header& header) {
    const char* const needed = "; a mask has a palette or 8-bit greyscale";
    if (header.color == PNG_COLOR_TYPE_GRAY_ALPHA)
        return std::string("it has an alpha channel") + needed + " without one";
    if (header.color != PNG_COLOR_TYPE_PALETTE && header.color != PNG_COLOR_TYPE_GRAY)
        return std::string("it is a colour image") + needed;
    if (header.depth > 8)
        return std::string("it has 16 bits a pixel") + needed;
    if (static_cast<std::int64_t>(header.width) * header.height > kMaxMaskPixels)
        return "it is too large";
    return {};
}

}  // namespace

std::variant<MaskImage, std::string> read_mask_png(const std::string& path) {
    const std::string what = "the mask '" + path + "' cannot be read: ";
    if (g_file_test(path.c_str(), G_FILE_TEST_EXISTS) && !g_file_test(path.c_str(), G_FILE_TEST_IS_REGULAR))
        return what + "it is no ordinary file";
    const auto close = [](std::FILE* file) { std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
    if (!file)
        return what + std::strerror(errno);
    Reader reader;
    Header header;
    if (!reader.info)
        return what + "not enough memory";
    if (!read_header(reader, file.get(), header))
        return what + reader.error;
    if (const std::string wrong = wrong_kind(header); !wrong.empty())
        return what + wrong;
    MaskImage image{static_cast<int>(header.width), static_cast<int>(header.height), {}};
    image.values.resize(static_cast<std::size_t>(header.width) * header.height);
    std::vector<png_bytep> rows(header.height);
    for (std::size_t y = 0; y < rows.size(); ++y)
        rows[y] = image.values.data() + y * header.width;
    if (!read_rows(reader, rows.data()))
        return what + reader.error;
    if (header.color == PNG_COLOR_TYPE_GRAY) {
        if (const auto wrong = settle_grey(image, (1 << header.depth) - 1))
            return "the mask '" + path + "' cannot be used: " + *wrong;
    }
    return image;
}

}  // namespace ausm::gst
