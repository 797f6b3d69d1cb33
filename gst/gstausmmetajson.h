// SPDX-License-Identifier: MIT
// What is seen on a picture as one line of JSON; gstausmgrammarframe reads it back as prompts.
#pragma once

#include "gst/gstausmmetacontent.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ausm::gst {

/// How the pixels of the objects are written.
enum class MaskForm : std::uint8_t { kNone, kRunLengths, kPolygons };

/// The picture that is told about: what its metadata does not say.
struct PictureMoment {
    int width = 0, height = 0;                          ///< pixels
    GstClockTime stream_time = GST_CLOCK_TIME_NONE;     ///< none: unknown
    GstClockTime running_time = GST_CLOCK_TIME_NONE;    ///< none: unknown
    std::optional<GstClockTimeDiff> capture_time = {};  ///< of capture_clock
    std::string capture_clock = {};                     ///< name of the reference caps
};

/// Fills in when the picture was taken, by its reference timestamps; one of the wall clock comes first, and is told since
/// 1970 (timestamp/x-unix) also when it counts from 1900 (timestamp/x-ntp).
void read_capture_time(GstBuffer* buffer, PictureMoment& moment);

/// One object of JSON in UTF-8, without a line end: maskjson.schema.json says what is in it. Text that is not UTF-8 is
/// replaced. Throws std::runtime_error when the map cannot be read.
[[nodiscard]] std::string meta_json(const MetaContent& content, const PictureMoment& moment, MaskForm masks);

}  // namespace ausm::gst
