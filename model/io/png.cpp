// SPDX-License-Identifier: MIT
// libpng leaves a function that fails by longjmp: the functions that set the jump hold nothing with a destructor.
#include "io/png.h"

#include <png.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <stdexcept>
#include <system_error>

namespace ausm::io {
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

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw std::runtime_error("'" + path + "' cannot be read: " + why);
}

[[noreturn]] void fail_write(const std::string& path, const std::string& why) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    throw std::runtime_error("'" + path + "' cannot be written: " + why);
}

/// For colour: libpng's simplified interface, which does all conversions.
struct Image : png_image {
    Image() : png_image{} { version = PNG_IMAGE_VERSION; }
    ~Image() { png_image_free(this); }
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;
};

/// [height, width, samples of `format`]; transparent parts lie on white where `format` has no alpha.
std::vector<std::uint8_t> read_colour(Image& image, const std::string& path, png_uint_32 format) {
    if (png_image_begin_read_from_file(&image, path.c_str()) == 0)
        refuse(path, image.message);
    if (image.width > kMaxPictureSide || image.height > kMaxPictureSide)
        refuse(path, "it is larger than " + std::to_string(kMaxPictureSide) + " pixels a side");
    if ((format & PNG_FORMAT_FLAG_ALPHA) != 0 && (image.format & PNG_FORMAT_FLAG_ALPHA) == 0)
        refuse(path, "it has no alpha channel");
    image.format = format;
    std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
    const png_color white{255, 255, 255};
    if (png_image_finish_read(&image, &white, pixels.data(), 0, nullptr) == 0)
        refuse(path, image.message);
    return pixels;
}

}  // namespace

IndexPicture read_index_png(const std::string& path, std::int64_t most_pixels) {
    // A pipe would be waited for, a folder read as an empty file.
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
        refuse(path, "it is no ordinary file");
    const File file(std::fopen(path.c_str(), "rb"));
    if (!file)
        refuse(path, std::strerror(errno));
    Reader reader;
    if (reader.info == nullptr)
        throw std::bad_alloc();
    if (!read_header(reader, file.get()))
        refuse(path, reader.message.text);
    if (reader.colour == PNG_COLOR_TYPE_GRAY_ALPHA)
        refuse(path, "it has an alpha channel: convert it to one with a palette or to 8-bit greyscale without one");
    if (reader.colour != PNG_COLOR_TYPE_PALETTE && reader.colour != PNG_COLOR_TYPE_GRAY)
        refuse(path, "it is a colour image: convert it to one with a palette or to 8-bit greyscale");
    if (reader.depth > 8)
        refuse(path, "it has 16 bits a pixel: convert it to one with a palette or to 8-bit greyscale");
    if (std::int64_t{reader.width} * reader.height > most_pixels)
        refuse(path, "it is too large");
    IndexPicture picture{static_cast<int>(reader.width), static_cast<int>(reader.height), {}};
    picture.values.resize(std::size_t{reader.width} * reader.height);
    if (!read_pixels(reader, picture.values.data()))
        refuse(path, reader.message.text);
    if (reader.colour == PNG_COLOR_TYPE_GRAY)
        picture.white = (1 << reader.depth) - 1;
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

RgbPicture read_rgb_png(const std::string& path) {
    Image image;
    auto pixels = read_colour(image, path, PNG_FORMAT_RGB);
    return {static_cast<int>(image.width), static_cast<int>(image.height), std::move(pixels)};
}

void write_rgb_png(const std::string& path, const RgbPicture& picture) {
    Image image;
    image.width = static_cast<png_uint_32>(picture.width);
    image.height = static_cast<png_uint_32>(picture.height);
    image.format = PNG_FORMAT_RGB;
    if (png_image_write_to_file(&image, path.c_str(), 0, picture.pixels.data(), 0, nullptr) == 0)
        fail_write(path, image.message);
}

AlphaPicture read_alpha_png(const std::string& path) {
    Image image;
    const auto pixels = read_colour(image, path, PNG_FORMAT_RGBA);
    const auto width = static_cast<int>(image.width), height = static_cast<int>(image.height);
    AlphaPicture picture{{width, height, {}}, {width, height, {}}};
    picture.rgb.pixels.reserve(pixels.size() / 4 * 3);
    picture.alpha.values.reserve(pixels.size() / 4);
    for (std::size_t i = 0; i < pixels.size(); ++i)
        (i % 4 == 3 ? picture.alpha.values : picture.rgb.pixels).push_back(pixels[i]);
    return picture;
}

}  // namespace ausm::io
