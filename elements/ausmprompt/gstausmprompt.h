// SPDX-License-Identifier: MIT
// ausmprompt: brings prompts into a video stream, in front of the frame they belong to.
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_AUSM_PROMPT (gst_ausm_prompt_get_type())
G_DECLARE_FINAL_TYPE(GstAusmPrompt, gst_ausm_prompt, GST, AUSM_PROMPT, GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE(ausmprompt)

G_END_DECLS
