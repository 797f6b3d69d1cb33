// SPDX-License-Identifier: MIT
// What maskoverlay tells the application, each thing once.
#include "elements/maskoverlay/reports.h"

#include "elements/maskoverlay/background_feed.h"
#include "gst/gstausmmetasource.h"

#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_mask_overlay_debug);
#define GST_CAT_DEFAULT gst_mask_overlay_debug

namespace ausm::gst::overlay {
namespace {

const char* next_step(Lack lack) {
    switch (lack) {
    case Lack::kNoMasks: return "Put ausmsegment before maskoverlay.";
    case Lack::kMalformed: return "See the description of GstAusmMeta.";
    case Lack::kTooOld:
    case Lack::kBeforeFirst:
        return "With interval or qos ausmsegment carries masks over; 'hold' says for how many pictures they are relied "
               "on.";
    case Lack::kShape: return "Put ausmsegment behind crops, borders and flips.";
    case Lack::kFilter: return "Set the properties objects, classes and except.";
    }
    return "";
}

}  // namespace

std::string Reports::way_of_masks() { return lost_meta(GST_BASE_TRANSFORM_SINK_PAD(element_)); }

void Reports::lacking(Lack lack, const char* consequence, const std::string& why) {
    GST_LOG_OBJECT(element_, "%s: %s", consequence, why.c_str());
    if (!lacks_.insert(lack).second)
        return;
    const std::string way = lack == Lack::kNoMasks ? way_of_masks() : std::string();
    GST_ELEMENT_WARNING(element_, STREAM, FORMAT, ("%s: %s.", consequence, why.c_str()),
                        ("%s %s This is said once; 'missing' says what becomes of such pictures.", way.c_str(),
                         way.empty() ? next_step(lack) : kMetaDroppers));
}

void Reports::lost() {
    if (said_.contains(Topic::kLost) || std::exchange(asked_, true))
        return;
    const std::string way = way_of_masks();
    if (way.empty())
        return;
    said_.insert(Topic::kLost);
    GST_ELEMENT_WARNING(element_, STREAM, FORMAT, ("%s", way.c_str()), ("%s", kMetaDroppers));
}

void Reports::malformed(const char* what) {
    GST_LOG_OBJECT(element_, "%s", what);
    if (!said_.insert(Topic::kMalformed).second)
        return;
    GST_ELEMENT_WARNING(element_, STREAM, WRONG_TYPE, ("The segmentation metadata is malformed."),
                        ("%s; see the description of GstAusmMeta. Further ones are only logged.", what));
}

void Reports::stretched(const std::string& sizes) {
    if (!said_.insert(Topic::kStretched).second)
        return;
    GST_ELEMENT_WARNING(element_, STREAM, FORMAT, ("The masks do not fit the picture: %s.", sizes.c_str()),
                        ("They are drawn stretched. Put ausmsegment behind crops, borders and flips."));
}

void Reports::bad_background(const std::string& what) {
    if (!said_.insert(Topic::kBackground).second)
        return;
    GST_ELEMENT_WARNING(element_, STREAM, FORMAT, ("A picture of background_sink cannot be shown: %s.", what.c_str()),
                        ("The picture of background-location, else effect-color, is shown in its place."));
}

void Reports::no_background() {
    if (!said_.insert(Topic::kNoBackground).second)
        return;
    GST_ELEMENT_WARNING(element_, STREAM, FORMAT,
                        ("No picture came on background_sink for %d seconds; the video does not wait any longer.",
                         static_cast<int>(BackgroundFeed::kPatience.count())),
                        ("The last one stays; before the first, the picture of background-location, else effect-color, "
                         "is shown in its place. Check what is linked to background_sink."));
}

void Reports::unreadable(const std::string& what, const char* consequence) {
    if (std::exchange(layout_, true))
        return;
    GST_ELEMENT_WARNING(element_, STREAM, FORMAT,
                        ("A picture was %s because it cannot be drawn on: %s.", consequence, what.c_str()),
                        ("This is said once until the pictures are readable again."));
}

}  // namespace ausm::gst::overlay
