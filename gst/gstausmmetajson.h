// SPDX-License-Identifier: MIT
// What is seen on a picture as one line of JSON; gstausmgrammarframe reads it back as prompts.
#pragma once

#include "gst/ausm/gstausmmeta.h"

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ausm::gst {

/// The GstAusmMeta of a buffer, read once. Borrows from the buffer, which must live and keep its metadata.
struct MetaContent {
    explicit MetaContent(GstBuffer* buffer);

    bool found = false;               ///< the buffer carries one that is well-formed
    const char* complaint = nullptr;  ///< what is malformed, also of objects that were left out; null when nothing is
    GstAusmMetaView view{};
    std::vector<GstAusmObject> objects;  ///< those that are well-formed
};

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
