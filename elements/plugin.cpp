// SPDX-License-Identifier: MIT
// The plugin: registers the elements and the metadata, nothing else; no file, library or device is touched here.
#include "ausmprompt/gstausmprompt.h"
#include "ausmsegment/gstausmsegment.h"
#include "maskjson/gstmaskjson.h"
#include "maskoverlay/gstmaskoverlay.h"

#include "gst/gstausmmetatransform.h"

#include <gst/gst.h>

static gboolean plugin_init(GstPlugin* plugin) {
    ausm::gst::register_meta();
    const gboolean segment = GST_ELEMENT_REGISTER(ausmsegment, plugin);
    const gboolean prompt = GST_ELEMENT_REGISTER(ausmprompt, plugin);
    const gboolean json = GST_ELEMENT_REGISTER(maskjson, plugin);
    const gboolean overlay = GST_ELEMENT_REGISTER(maskoverlay, plugin);
    return segment && prompt && json && overlay;
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, ausm, "Segments and follows objects in video", plugin_init,
                  AUSM_VERSION, "MIT/X11", "AUSM for GStreamer", "Unknown package origin")
