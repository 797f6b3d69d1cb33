// SPDX-License-Identifier: MIT
// Reads the metadata from C11: the public header comes first, so that it must stand alone.
#include "gst/ausm/gstausmmeta.h"

gint64 ausm_test_sum_of_ids_in_c(GstBuffer* buffer);

/* Sum of the ids of all objects, -1 without metadata. */
gint64 ausm_test_sum_of_ids_in_c(GstBuffer* buffer) {
    GstAusmMetaView view;
    gint64 sum = 0;
    guint i;

    if (!gst_ausm_meta_get(buffer, &view))
        return -1;
    for (i = 0; i < view.n_objects; i++) {
        GstAusmObject object;
        if (gst_ausm_meta_get_object(&view, i, &object))
            sum += object.id;
    }
    return sum;
}
