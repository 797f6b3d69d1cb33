// SPDX-License-Identifier: MIT
// What the GstAusmMeta of a buffer says, for elements that read it.
#include "gst/gstausmmetacontent.h"

namespace ausm::gst {

MetaContent::MetaContent(GstBuffer* buffer) {
    found = gst_ausm_meta_get(buffer, &view) != FALSE;
    if (!found && gst_buffer_get_custom_meta(buffer, GST_AUSM_META_NAME))
        complaint = "It is incomplete, of another version, or its map has a wrong size";
    for (guint i = 0; found && i < view.n_objects; ++i) {
        GstAusmObject object;
        if (gst_ausm_meta_get_object(&view, i, &object))
            objects.push_back(object);
        else
            complaint = "An object is incomplete or out of range and is left out";
    }
}

}  // namespace ausm::gst
