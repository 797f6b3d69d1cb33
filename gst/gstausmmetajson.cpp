// SPDX-License-Identifier: MIT
// What is seen on a picture as one line of JSON.
#include "gst/gstausmmetajson.h"

#include "gst/gstausmobjectnames.h"
#include "model/io/coco_rle.h"
#include "model/io/outline.h"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace ausm::gst {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kUnixClock = "timestamp/x-unix";
constexpr const char* kNtpClock = "timestamp/x-ntp";
constexpr GstClockTimeDiff kNtpToUnix = GstClockTimeDiff{2208988800} * GST_SECOND;

double seconds(GstClockTimeDiff time) { return static_cast<double>(time) / GST_SECOND; }

/// The number as people write it: 0.87 and not 0.87000000476837158.
double shortest(float number) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    double read = 0;
    std::from_chars(text.data(), end, read);
    return read;
}

/// The map, readable as long as this lives.
class MappedMap {
public:
    explicit MappedMap(const GstAusmMetaView& view) : buffer_(view.map) {
        if (!gst_buffer_map(buffer_, &map_, GST_MAP_READ))
            throw std::runtime_error("the map of the masks cannot be read");
    }
    ~MappedMap() { gst_buffer_unmap(buffer_, &map_); }
    MappedMap(const MappedMap&) = delete;
    MappedMap& operator=(const MappedMap&) = delete;

    [[nodiscard]] const std::uint8_t* data() const noexcept { return map_.data; }

private:
    GstBuffer* buffer_;
    GstMapInfo map_{};
};

/// Points as whole numbers, which they are.
Json polygons_json(const std::vector<std::vector<io::Ring>>& polygons) {
    Json all = Json::array();
    for (const auto& polygon : polygons) {
        Json rings = Json::array();
        for (const io::Ring& ring : polygon)
            rings.push_back(std::vector<int>(ring.begin(), ring.end()));
        all.push_back(std::move(rings));
    }
    return all;
}

/// Adds the masks of the objects that have pixels.
void add_masks(Json& objects, const MetaContent& content, MaskForm form) {
    const GstAusmMetaView& view = content.view;
    const MappedMap map(view);
    std::array<coco::Runs, 256> runs;
    if (form == MaskForm::kRunLengths)
        runs = coco::runs_of_values(map.data(), view.map_width, view.map_height);
    for (std::size_t i = 0; i < content.objects.size(); ++i) {
        const auto value = static_cast<std::uint8_t>(content.objects[i].value);
        Json mask = {{"size", {view.map_height, view.map_width}}};
        if (form == MaskForm::kPolygons) {
            const auto polygons = io::outlines_of(map.data(), view.map_width, view.map_height, value);
            if (!polygons.empty())
                mask["polygons"] = polygons_json(polygons);
        } else if (runs[value].size() > 1) {
            mask["counts"] = coco::text_of_runs(runs[value]);
        }
        if (mask.size() > 1)
            objects[i]["mask"] = std::move(mask);
    }
}

Json object_json(const GstAusmObject& object) {
    Json json = {{"id", object.id},
                 {"value", object.value},
                 {"label", object.label},
                 {"score", shortest(object.score)},
                 {"state", kStateNames[object.state]},
                 {"origin", kOriginNames[object.origin]},
                 {"area", object.area}};
    if (object.x0 < object.x1 && object.y0 < object.y1)
        json["box"] = {object.x0, object.y0, object.x1, object.y1};
    return json;
}

Json moment_json(const PictureMoment& moment) {
    Json json = Json::object();
    if (GST_CLOCK_TIME_IS_VALID(moment.stream_time))
        json["time"] = seconds(static_cast<GstClockTimeDiff>(moment.stream_time));
    if (GST_CLOCK_TIME_IS_VALID(moment.running_time))
        json["running_time"] = seconds(static_cast<GstClockTimeDiff>(moment.running_time));
    if (moment.capture_time) {
        json["capture_time"] = seconds(*moment.capture_time);
        json["capture_clock"] = moment.capture_clock;
    }
    json["width"] = moment.width;
    json["height"] = moment.height;
    return json;
}

}  // namespace

void read_capture_time(GstBuffer* buffer, PictureMoment& moment) {
    gpointer state = nullptr;
    bool wall = false;
    while (GstMeta* meta = gst_buffer_iterate_meta_filtered(buffer, &state, GST_REFERENCE_TIMESTAMP_META_API_TYPE)) {
        const auto* stamp = reinterpret_cast<GstReferenceTimestampMeta*>(meta);
        if (gst_caps_is_any(stamp->reference) || gst_caps_is_empty(stamp->reference) || stamp->timestamp > G_MAXINT64)
            continue;
        const std::string clock = gst_structure_get_name(gst_caps_get_structure(stamp->reference, 0));
        const bool is_ntp = clock == kNtpClock, is_wall = is_ntp || clock == kUnixClock;
        if (moment.capture_time && (wall || !is_wall))
            continue;
        wall = is_wall;
        moment.capture_time = static_cast<GstClockTimeDiff>(stamp->timestamp) - (is_ntp ? kNtpToUnix : 0);
        moment.capture_clock = is_wall ? kUnixClock : clock;
    }
}

std::string meta_json(const MetaContent& content, const PictureMoment& moment, MaskForm masks) {
    Json json = moment_json(moment);
    json["fresh"] = content.found && content.view.fresh != FALSE;
    if (content.found) {
        json["model"] = content.view.source;
        json["serial"] = content.view.serial;
        Json objects = Json::array();
        for (const GstAusmObject& object : content.objects)
            objects.push_back(object_json(object));
        if (masks != MaskForm::kNone && !content.objects.empty())
            add_masks(objects, content, masks);
        json["objects"] = std::move(objects);
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ausm::gst
