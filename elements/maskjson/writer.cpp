// SPDX-License-Identifier: MIT
// Which pictures get a line, and the line.
#include "elements/maskjson/writer.h"

#include <utility>

namespace ausm::gst {

namespace {

/// The text becomes the buffer's memory.
Owned<GstBuffer> buffer_of(std::string text) {
    auto owned = std::make_unique<std::string>(std::move(text));
    auto* kept = owned.release();
    return Owned<GstBuffer>(gst_buffer_new_wrapped_full(static_cast<GstMemoryFlags>(0), kept->data(), kept->size(), 0,
                                                        kept->size(), kept,
                                                        [](gpointer data) { delete static_cast<std::string*>(data); }));
}

/// When the picture was taken goes along, for elements behind.
void copy_reference_timestamps(GstBuffer* to, GstBuffer* from) {
    gpointer state = nullptr;
    while (GstMeta* meta = gst_buffer_iterate_meta_filtered(from, &state, GST_REFERENCE_TIMESTAMP_META_API_TYPE)) {
        const auto* stamp = reinterpret_cast<GstReferenceTimestampMeta*>(meta);
        gst_buffer_add_reference_timestamp_meta(to, stamp->reference, stamp->timestamp, stamp->duration);
    }
}

}  // namespace

void JsonWriter::start() {
    reports_.restart();
    gst_segment_init(&segment_, GST_FORMAT_UNDEFINED);
    set_size(0, 0);
    restart();
}

void JsonWriter::restart() noexcept {
    skipped_ = 0;
    first_ = true;
    discont_ = false;
    last_.reset();
}

void JsonWriter::set_size(int width, int height) noexcept {
    width_ = width;
    height_ = height;
    reports_.note_new_way();
}

bool JsonWriter::is_due(guint every) noexcept {
    const bool due = std::exchange(first_, false) || ++skipped_ >= every;
    if (due)
        skipped_ = 0;
    return due;
}

JsonWriter::Scene JsonWriter::scene_of(const MetaContent& content) const {
    Scene scene{width_, height_, {}, {}};
    if (!content.found)
        return scene;
    scene.model = content.view.source;
    scene.objects.emplace();
    for (const GstAusmObject& object : content.objects) {
        // "new" is how the first picture of an object says that it is tracked.
        const int state = object.state == GST_AUSM_OBJECT_NEW ? GST_AUSM_OBJECT_TRACKED : object.state;
        scene.objects->insert_or_assign(object.id, std::pair(std::string(object.label), state));
    }
    return scene;
}

PictureMoment JsonWriter::moment_of(GstBuffer* picture) const {
    PictureMoment moment;
    moment.width = width_;
    moment.height = height_;
    if (segment_.format == GST_FORMAT_TIME && GST_BUFFER_PTS_IS_VALID(picture)) {
        moment.stream_time = gst_segment_to_stream_time(&segment_, GST_FORMAT_TIME, GST_BUFFER_PTS(picture));
        moment.running_time = gst_segment_to_running_time(&segment_, GST_FORMAT_TIME, GST_BUFFER_PTS(picture));
    }
    read_capture_time(picture, moment);
    return moment;
}

Owned<GstBuffer> JsonWriter::write(GstBuffer* picture, const JsonSettings& settings) {
    discont_ |= GST_BUFFER_IS_DISCONT(picture);
    if (!is_due(settings.every))
        return nullptr;
    MetaContent content(picture);
    reports_.judge(content, settings.filter);
    std::erase_if(content.objects,
                  [&](const GstAusmObject& object) { return !settings.filter.means(object.id, object.label); });
    Scene scene = scene_of(content);
    if (settings.only_changes && last_ == scene)
        return nullptr;
    Owned<GstBuffer> line = buffer_of(meta_json(content, moment_of(picture), settings.masks) + "\n");
    last_ = std::move(scene);
    GST_BUFFER_PTS(line.get()) = GST_BUFFER_PTS(picture);
    GST_BUFFER_DTS(line.get()) = GST_BUFFER_DTS(picture);
    GST_BUFFER_DURATION(line.get()) = GST_BUFFER_DURATION(picture);
    if (std::exchange(discont_, false))
        GST_BUFFER_FLAG_SET(line.get(), GST_BUFFER_FLAG_DISCONT);
    copy_reference_timestamps(line.get(), picture);
    return line;
}

}  // namespace ausm::gst
