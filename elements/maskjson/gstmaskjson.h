// SPDX-License-Identifier: MIT
// maskjson: what is seen on each picture, as one line of JSON.
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_MASK_JSON (gst_mask_json_get_type())
G_DECLARE_FINAL_TYPE(GstMaskJson, gst_mask_json, GST, MASK_JSON, GstElement)

GST_ELEMENT_REGISTER_DECLARE(maskjson)

G_END_DECLS
