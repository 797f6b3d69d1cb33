// SPDX-License-Identifier: MIT
// Puts what the model gave for a picture onto its buffer; gst/ausm/gstausmmeta.h reads it.
#pragma once

#include "model/ausm.h"

#include <gst/gst.h>

#include <string>
#include <string_view>

namespace ausm::gst {

/// What ausm::Result does not say about its picture.
struct MetaOptions {
    int width = 0, height = 0;                   ///< pixels of the picture that was segmented
    bool fresh = true;                           ///< false: carried over from an earlier picture
    std::string_view source;                     ///< name of the model
    guint64 serial = 0;                          ///< counts the pictures of the stream
    int pixel_aspect_n = 1, pixel_aspect_d = 1;  ///< shape of a pixel of that picture, width to height
};

/// Attaches GstAusmMeta to a writable buffer in place of the one that it carries. The maps are moved out of the result
/// without a copy and its vectors left empty; objects stay. False, with the buffer and the result as they were, when
/// the buffer is not writable or a size is wrong: the picture's, the map's, or a confidence map that is neither empty
/// nor as large as the map. Reentrant.
[[nodiscard]] bool attach_meta(GstBuffer* buffer, ausm::Result& result, const MetaOptions& options);

/// Attaches a copy of the GstAusmMeta that `from` carries to a writable buffer, in place of the one that it carries; the
/// maps are shared. Nothing happens when there is none. Reentrant.
void copy_meta(GstBuffer* to, GstBuffer* from);

/// Marks the GstAusmMeta of a writable buffer as carried over from an earlier picture (not fresh). Reentrant.
void mark_repeated(GstBuffer* buffer, guint64 serial);

}  // namespace ausm::gst
