// SPDX-License-Identifier: MIT
// libjpeg is left by longjmp when it fails: the functions that set the jump hold nothing with a destructor.
#include "train/data/jpeg_memory.h"

#include "eval/index_picture.h"

#include <ATen/ATen.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <jpeglib.h>  // wants FILE to be known

namespace ausm::train {
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

bool write(Writer& writer, const std::uint8_t* rgb, JDIMENSION width, JDIMENSION height, int quality, int sampling) {
    auto& jpeg = writer.jpeg;
    if (setjmp(writer.jump) != 0)
        return false;
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &writer.bytes, &writer.size);
    jpeg.image_width = width;
    jpeg.image_height = height;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    jpeg.optimize_coding = TRUE;
    jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = sampling;
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < height) {
        // libjpeg's interface wants rows that could be written to, and does not write.
        auto* row = const_cast<JSAMPROW>(rgb + std::size_t{3} * width * jpeg.next_scanline);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    return true;
}

bool start(Reader& reader, const std::uint8_t* bytes, std::size_t size) {
    if (setjmp(reader.jump) != 0)
        return false;
    jpeg_create_decompress(&reader.jpeg);
    jpeg_mem_src(&reader.jpeg, bytes, static_cast<unsigned long>(size));
    jpeg_read_header(&reader.jpeg, TRUE);
    reader.jpeg.out_color_space = JCS_RGB;
    return true;
}

bool read_rows(Reader& reader, std::uint8_t* rgb) {
    auto& jpeg = reader.jpeg;
    if (setjmp(reader.jump) != 0)
        return false;
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = rgb + std::size_t{3} * jpeg.output_width * jpeg.output_scanline;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    return true;
}

}  // namespace

std::vector<std::uint8_t> encode_jpeg(const at::Tensor& rgb, int quality, bool half_colour) {
    const auto rows = rgb.contiguous();
    Writer writer;
    if (!write(writer, rows.const_data_ptr<std::uint8_t>(), static_cast<JDIMENSION>(rows.size(1)),
               static_cast<JDIMENSION>(rows.size(0)), quality, half_colour ? 2 : 1))
        throw std::runtime_error(std::string("no JPEG can be made: ") + writer.message);
    return {writer.bytes, writer.bytes + writer.size};
}

at::Tensor decode_jpeg(std::span<const std::uint8_t> bytes) {
    Reader reader;
    const auto refuse = [&](const std::string& why) { throw std::runtime_error("damaged JPEG: " + why); };
    if (!start(reader, bytes.data(), bytes.size()))
        refuse(reader.message);
    const auto width = reader.jpeg.image_width, height = reader.jpeg.image_height;
    if (width > eval::kMaxPictureSide || height > eval::kMaxPictureSide)
        refuse("it is larger than " + std::to_string(eval::kMaxPictureSide) + " pixels a side");
    auto rgb = at::empty({height, width, 3}, at::kByte);
    if (!read_rows(reader, rgb.mutable_data_ptr<std::uint8_t>()))
        refuse(reader.message);
    return rgb;
}

}  // namespace ausm::train
