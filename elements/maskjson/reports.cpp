// SPDX-License-Identifier: MIT
// What maskjson tells the application, each thing once.
#include "elements/maskjson/reports.h"

#include "gst/gstausmmetasource.h"

#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_mask_json_debug);
#define GST_CAT_DEFAULT gst_mask_json_debug

namespace ausm::gst {

void JsonReports::judge(const MetaContent& content, const ObjectFilter& filter) {
    if (content.complaint) {
        GST_LOG_OBJECT(element_, "%s", content.complaint);
        if (!std::exchange(malformed_, true))
            GST_ELEMENT_WARNING(
                element_, STREAM, WRONG_TYPE, ("The segmentation metadata is malformed."),
                ("%s; see the description of GstAusmMeta. Further ones are only logged.", content.complaint));
    } else if (!content.found && !std::exchange(missing_, true)) {
        missing();
    }
    if (filter_ == filter.error())
        return;
    filter_ = filter.error();
    if (!filter_.empty())
        GST_ELEMENT_WARNING(element_, LIBRARY, SETTINGS, ("No object is written: %s.", filter_.c_str()),
                            ("%s", kObjectListHint));
}

void JsonReports::missing() {
    const std::string way = lost_meta(sink_);
    GST_ELEMENT_WARNING(
        element_, STREAM, FORMAT, ("A picture carries no masks, so its line has no objects."),
        ("%s %s This is said once.", way.c_str(), way.empty() ? "Put ausmsegment before maskjson." : kMetaDroppers));
}

}  // namespace ausm::gst
