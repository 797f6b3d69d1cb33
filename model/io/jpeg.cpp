// SPDX-License-Identifier: MIT
// libjpeg is left by longjmp when it fails: the functions that set the jump hold nothing with a destructor.
#include "io/jpeg.h"

#include <cerrno>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>

#include <jpeglib.h>  // wants FILE to be known

namespace ausm::io {
namespace {

struct Errors {
    jpeg_error_mgr manager{};
    std::jmp_buf jump{};
    char message[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] void fail(j_common_ptr jpeg) {
    auto* errors = static_cast<Errors*>(jpeg->client_data);
    jpeg->err->format_message(jpeg, errors->message);
    std::longjmp(errors->jump, 1);
}

/// Level -1 is a warning: libjpeg would go on with made-up pixels.
void refuse_warnings(j_common_ptr jpeg, int level) {
    if (level < 0)
        fail(jpeg);
}

/// A compressor or a decompressor with our errors.
template <class Jpeg>
struct Handle : Errors {
    Jpeg jpeg{};

    Handle() {
        jpeg.err = jpeg_std_error(&manager);
        manager.error_exit = fail;
        manager.emit_message = refuse_warnings;
        jpeg.client_data = static_cast<Errors*>(this);
    }
    ~Handle() { jpeg_destroy(reinterpret_cast<j_common_ptr>(&jpeg)); }  // does nothing before jpeg_create_*()
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
};

struct Writer : Handle<jpeg_compress_struct> {
    unsigned char* bytes = nullptr;
    unsigned long size = 0;

    ~Writer() { std::free(bytes); }
};
using Reader = Handle<jpeg_decompress_struct>;

bool write(Writer& writer, const RgbPicture& picture, int quality, int sampling) {
    auto& jpeg = writer.jpeg;
    if (setjmp(writer.jump) != 0)
        return false;
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &writer.bytes, &writer.size);
    jpeg.image_width = static_cast<JDIMENSION>(picture.width);
    jpeg.image_height = static_cast<JDIMENSION>(picture.height);
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    jpeg.optimize_coding = TRUE;
    jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = sampling;
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        // libjpeg's interface wants rows that could be written to, and does not write.
        auto* row =
            const_cast<JSAMPROW>(picture.pixels.data() + std::size_t{3} * jpeg.image_width * jpeg.next_scanline);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    return true;
}

/// From `file` where it is not null, else from `bytes`.
bool start(Reader& reader, std::FILE* file, std::span<const std::uint8_t> bytes) {
    if (setjmp(reader.jump) != 0)
        return false;
    jpeg_create_decompress(&reader.jpeg);
    if (file != nullptr)
        jpeg_stdio_src(&reader.jpeg, file);
    else
        jpeg_mem_src(&reader.jpeg, bytes.data(), static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&reader.jpeg, TRUE);
    reader.jpeg.out_color_space = JCS_RGB;
    return true;
}

bool read_rows(Reader& reader, std::uint8_t* pixels) {
    auto& jpeg = reader.jpeg;
    if (setjmp(reader.jump) != 0)
        return false;
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = pixels + std::size_t{3} * jpeg.output_width * jpeg.output_scanline;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    return true;
}

/// what: how errors begin.
RgbPicture read(std::FILE* file, std::span<const std::uint8_t> bytes, const std::string& what) {
    const auto refuse = [&](const std::string& why) { throw std::runtime_error(what + ": " + why); };
    Reader reader;
    if (!start(reader, file, bytes))
        refuse(reader.message);
    const auto width = reader.jpeg.image_width, height = reader.jpeg.image_height;
    if (width > kMaxPictureSide || height > kMaxPictureSide)
        refuse("it is larger than " + std::to_string(kMaxPictureSide) + " pixels a side");
    RgbPicture picture{static_cast<int>(width), static_cast<int>(height), {}};
    picture.pixels.resize(std::size_t{3} * width * height);
    if (!read_rows(reader, picture.pixels.data()))
        refuse(reader.message);
    return picture;
}

}  // namespace

RgbPicture read_jpeg(const std::string& path) {
    const std::string what = "'" + path + "' cannot be read";
    const auto close = [](std::FILE* file) { std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
    if (!file)
        throw std::runtime_error(what + ": " + std::strerror(errno));
    return read(file.get(), {}, what);
}

RgbPicture decode_jpeg(std::span<const std::uint8_t> bytes) { return read(nullptr, bytes, "damaged JPEG"); }

std::vector<std::uint8_t> encode_jpeg(const RgbPicture& picture, int quality, bool half_colour) {
    Writer writer;
    if (!write(writer, picture, quality, half_colour ? 2 : 1))
        throw std::runtime_error(std::string("no JPEG can be made: ") + writer.message);
    return {writer.bytes, writer.bytes + writer.size};
}

}  // namespace ausm::io
