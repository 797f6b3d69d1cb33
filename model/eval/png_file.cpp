// SPDX-License-Identifier: MIT
// libpng leaves a function that fails by longjmp: the functions that set the jump hold nothing with a destructor.
#include "eval/png_file.h"

#include <png.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace ausm::eval {
namespace {

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

struct Message {
    char text[256] = "";
};

[[noreturn]] void fail(png_structp png, png_const_charp text) {
    auto* message = static_cast<Message*>(png_get_error_ptr(png));
    std::snprintf(message->text, sizeof message->text, "%s", text);
    png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

struct Reader {
    Message message;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &message, fail, ignore_warning);
    png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
    png_uint_32 width = 0, height = 0;
    int depth = 0, colour = 0;

    Reader() = default;
    ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
};

bool read_header(Reader& reader, std::FILE* file) {
    if (setjmp(png_jmpbuf(reader.png)) != 0)
        return false;
    png_init_io(reader.png, file);
    png_set_user_limits(reader.png, kMaxPictureSide, kMaxPictureSide);
    png_read_info(reader.png, reader.info);
    png_get_IHDR(reader.png, reader.info, &reader.width, &reader.height, &reader.depth, &reader.colour, nullptr,
                 nullptr, nullptr);
    return true;
}

/// pixels: width * height bytes.
bool read_pixels(Reader& reader, png_bytep pixels) {
    if (setjmp(png_jmpbuf(reader.png)) != 0)
        return false;
    png_set_packing(reader.png);
    const int passes = png_set_interlace_handling(reader.png);
    png_read_update_info(reader.png, reader.info);
    for (int pass = 0; pass < passes; ++pass)
        for (png_uint_32 y = 0; y < reader.height; ++y)
            png_read_row(reader.png, pixels + std::size_t{y} * reader.width, nullptr);
    png_read_end(reader.png, nullptr);
    return true;
}

struct Writer {
    Message message;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &message, fail, ignore_warning);
    png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;

    Writer() = default;
    ~Writer() { png_destroy_write_struct(&png, &info); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
};

bool write_pixels(Writer& writer, std::FILE* file, const IndexPicture& picture, const png_color* palette) {
    if (setjmp(png_jmpbuf(writer.png)) != 0)
        return false;
    png_init_io(writer.png, file);
    const auto width = static_cast<png_uint_32>(picture.width), height = static_cast<png_uint_32>(picture.height);
    png_set_IHDR(writer.png, writer.info, width, height, 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_PLTE(writer.png, writer.info, palette, 256);
    png_write_info(writer.png, writer.info);
    for (png_uint_32 y = 0; y < height; ++y)
        png_write_row(writer.png, picture.values.data() + std::size_t{y} * width);
    png_write_end(writer.png, nullptr);
    return true;
}

/// Bits 0, 3, 6 of the index are the upper bits of red, bits 1, 4, 7 those of green, bits 2, 5 those of blue.
png_color colour_of(int index) {
    png_color colour{};
    for (int bit = 7; index != 0; --bit, index >>= 3) {
        colour.red = static_cast<png_byte>(colour.red | (index & 1) << bit);
        colour.green = static_cast<png_byte>(colour.green | (index >> 1 & 1) << bit);
        colour.blue = static_cast<png_byte>(colour.blue | (index >> 2 & 1) << bit);
    }
    return colour;
}

[[noreturn]] void fail_write(const std::string& path, const std::string& why) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    throw std::runtime_error("'" + path + "' cannot be written: " + why);
}

}  // namespace

IndexPicture read_index_png(const std::string& path) {
    const auto refuse = [&](const std::string& why) {
        throw std::runtime_error("'" + path + "' cannot be read: " + why);
    };
    const File file(std::fopen(path.c_str(), "rb"));
    if (!file)
        refuse(std::strerror(errno));
    Reader reader;
    if (reader.info == nullptr)
        throw std::bad_alloc();
    if (!read_header(reader, file.get()))
        refuse(reader.message.text);
    if (reader.colour != PNG_COLOR_TYPE_PALETTE && reader.colour != PNG_COLOR_TYPE_GRAY)
        refuse("it is a colour picture; an annotation has a palette or is grey: convert it");
    if (reader.depth > 8)
        refuse("it has 16 bits a pixel; an annotation has 1, 2, 4 or 8: convert it");
    IndexPicture picture{static_cast<int>(reader.width), static_cast<int>(reader.height), {}};
    picture.values.resize(std::size_t{reader.width} * reader.height);
    if (!read_pixels(reader, picture.values.data()))
        refuse(reader.message.text);
    return picture;
}

void write_index_png(const std::string& path, const IndexPicture& picture) {
    File file(std::fopen(path.c_str(), "wb"));
    if (!file)
        throw std::runtime_error("'" + path + "' cannot be written: " + std::strerror(errno));
    png_color palette[256];
    for (int i = 0; i < 256; ++i)
        palette[i] = colour_of(i);
    Writer writer;
    if (writer.info == nullptr)
        throw std::bad_alloc();
    if (!write_pixels(writer, file.get(), picture, palette))
        fail_write(path, writer.message.text);
    if (std::fclose(file.release()) != 0)
        fail_write(path, std::strerror(errno));
}

}  // namespace ausm::eval
