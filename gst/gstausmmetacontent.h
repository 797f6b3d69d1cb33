// SPDX-License-Identifier: MIT
// What the GstAusmMeta of a buffer says, for elements that read it.
#pragma once

#include "gst/ausm/gstausmmeta.h"

#include <gst/gst.h>

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

}  // namespace ausm::gst
