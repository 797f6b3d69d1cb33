// SPDX-License-Identifier: MIT
// libjpeg is left by longjmp when it fails: the functions that set the jump hold nothing with a destructor.
#include "eval/jpeg_file.h"

#include "eval/index_picture.h"

#include <cerrno>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

#include <jpeglib.h>  // wants FILE to be known

namespace ausm::eval {
namespace {

struct Reader {
    jpeg_decompress_struct jpeg{};
    jpeg_error_mgr errors{};
    std::jmp_buf jump{};
    char message[JMSG_LENGTH_MAX] = "";

    Reader() = default;
    ~Reader() { jpeg_destroy_decompress(&jpeg); }  // does nothing before jpeg_create_decompress()
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
};

[[noreturn]] void fail(j_common_ptr jpeg) {
    auto* reader = static_cast<Reader*>(jpeg->client_data);
    jpeg->err->format_message(jpeg, reader->message);
    std::longjmp(reader->jump, 1);
}

/// Level -1 is a warning: libjpeg would go on with made-up pixels.
void refuse_warnings(j_common_ptr jpeg, int level) {
    if (level < 0)
        fail(jpeg);
}

bool start(Reader& reader, std::FILE* file) {
    reader.jpeg.err = jpeg_std_error(&reader.errors);
    reader.errors.error_exit = fail;
    reader.errors.emit_message = refuse_warnings;
    reader.jpeg.client_data = &reader;
    if (setjmp(reader.jump) != 0)
        return false;
    jpeg_create_decompress(&reader.jpeg);
    jpeg_stdio_src(&reader.jpeg, file);
    jpeg_read_header(&reader.jpeg, TRUE);
    reader.jpeg.out_color_space = JCS_RGB;
    return true;
}

bool read_rows(Reader& reader, std::uint8_t* pixels) {
    if (setjmp(reader.jump) != 0)
        return false;
    jpeg_start_decompress(&reader.jpeg);
    while (reader.jpeg.output_scanline < reader.jpeg.output_height) {
        JSAMPROW row = pixels + std::size_t{3} * reader.jpeg.output_width * reader.jpeg.output_scanline;
        jpeg_read_scanlines(&reader.jpeg, &row, 1);
    }
    jpeg_finish_decompress(&reader.jpeg);
    return true;
}

}  // namespace

RgbPicture read_jpeg(const std::string& path) {
    const auto refuse = [&](const std::string& why) {
        throw std::runtime_error("'" + path + "' cannot be read: " + why);
    };
    const auto close = [](std::FILE* file) { std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
    if (!file)
        refuse(std::strerror(errno));
    Reader reader;
    if (!start(reader, file.get()))
        refuse(reader.message);
    if (reader.jpeg.image_width > kMaxPictureSide || reader.jpeg.image_height > kMaxPictureSide)
        refuse("it is larger than " + std::to_string(kMaxPictureSide) + " pixels a side");
    RgbPicture picture{static_cast<int>(reader.jpeg.image_width), static_cast<int>(reader.jpeg.image_height), {}};
    picture.pixels.resize(std::size_t{3} * reader.jpeg.image_width * reader.jpeg.image_height);
    if (!read_rows(reader, picture.pixels.data()))
        refuse(reader.message);
    return picture;
}

}  // namespace ausm::eval
