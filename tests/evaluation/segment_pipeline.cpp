// SPDX-License-Identifier: MIT
// Builds the pipeline, gives it the prompt, and reads the metadata of every buffer.
#include "segment_pipeline.h"

#include "eval/mask_prompt.h"
#include "gst/ausm/gstausmmeta.h"
#include "gst/raii.h"
#include "io/png.h"

#include <gst/app/gstappsink.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace ausm::evaluation {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLaunch =
    "multifilesrc name=source caps=image/jpeg,framerate=25/1 ! jpegdec ! videoconvert ! capsfilter name=format ! "
    "ausmprompt name=prompt unit=pixel ! ausmsegment name=segment mode=prompted map-size=frame ! "
    "appsink name=sink sync=false max-buffers=4";
constexpr GstClockTime kPatience = GST_SECOND;  // between two looks at the bus

/// A file that is removed again.
class TemporaryFile {
public:
    TemporaryFile() {
        path_ = (fs::temp_directory_path() / "davis-eval-XXXXXX").string();
        const int descriptor = mkstemp(path_.data());
        if (descriptor < 0)
            throw std::runtime_error("no temporary file can be made in '" + fs::temp_directory_path().string() + "'");
        close(descriptor);
    }
    ~TemporaryFile() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// For multifilesrc: "dir/00000.jpg" becomes "dir/%05d.jpg".
std::string numbered(const std::string& first) {
    const fs::path path(first);
    const std::string stem = path.stem().string();
    if (stem.empty() || stem.find_first_not_of('0') != std::string::npos)
        throw std::runtime_error("'" + first + "': the pictures must be numbered from 0 in their names");
    std::string folder;
    for (const char c : path.parent_path().string())
        folder += c == '%' ? std::string("%%") : std::string(1, c);
    return folder + "/%0" + std::to_string(stem.size()) + "d" + path.extension().string();
}

/// The text of an error, and why a prompt was refused; empty for everything else.
std::string complaint(GstMessage* message) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError* error = nullptr;
        gchar* detail = nullptr;
        gst_message_parse_error(message, &error, &detail);
        const gst::Owned<GError> owned(error);
        const gst::Owned<char> text(detail);
        return std::string(error->message) + (detail ? std::string(" ") + detail : "");
    }
    gboolean accepted = TRUE;
    const GstStructure* structure = gst_message_get_structure(message);
    if (gst_message_has_name(message, "ausm-prompt") && gst_structure_get_boolean(structure, "accepted", &accepted) &&
        !accepted)
        return std::string("the prompt was refused: ") + gst_structure_get_string(structure, "reason");
    return {};
}

void read_map(GstSample* sample, io::IndexPicture& map) {
    GstAusmMetaView view;
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    GstMapInfo bytes;
    if (!buffer || !gst_ausm_meta_get(buffer, &view) || !view.fresh || !gst_buffer_map(view.map, &bytes, GST_MAP_READ))
        throw std::runtime_error("a buffer carries no new segmentation");
    map.width = view.map_width;
    map.height = view.map_height;
    map.values.assign(bytes.data, bytes.data + bytes.size);
    gst_buffer_unmap(view.map, &bytes);
}

}  // namespace

io::IndexPicture read_annotation(const data::DavisSequence& sequence, std::size_t frame) {
    const auto& first = sequence.annotations.front();
    auto objects = eval::davis_objects(io::read_index_png(first), first);
    auto annotation = eval::read_annotation(sequence.annotations[frame], objects);
    for (auto& value : annotation.values)
        value = value != 0 ? 1 : 0;
    return annotation;
}

struct SegmentPipeline::Parts {
    gst::Owned<GstElement> pipeline;
    gst::Owned<GstBus> bus;
    gst::Owned<GstElement> sink;
    TemporaryFile mask;

    Parts() = default;
    ~Parts() {
        if (pipeline)
            gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    [[nodiscard]] gst::Owned<GstElement> part(const char* name) const {
        return gst::Owned<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
    }
};

SegmentPipeline::SegmentPipeline(const data::DavisSequence& sequence, const PipelineOptions& options)
    : parts_(std::make_unique<Parts>()) {
    GError* raw = nullptr;
    parts_->pipeline.reset(gst_parse_launch_full(kLaunch, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &raw));
    const gst::Owned<GError> error(raw);
    if (!parts_->pipeline)
        throw std::runtime_error("the pipeline cannot be built: " + std::string(error->message));
    parts_->bus.reset(gst_element_get_bus(parts_->pipeline.get()));
    parts_->sink = parts_->part("sink");
    g_object_set(parts_->part("source").get(), "location", numbered(sequence.pictures.front()).c_str(), "stop-index",
                 static_cast<gint>(sequence.pictures.size()) - 1, nullptr);
    const auto segment = parts_->part("segment");
    g_object_set(segment.get(), "seed", static_cast<guint64>(options.seed), nullptr);
    gst_util_set_object_arg(G_OBJECT(segment.get()), "precision", options.precision.c_str());
    if (!options.format.empty()) {
        const gst::Owned<GstCaps> caps(
            gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, options.format.c_str(), nullptr));
        g_object_set(parts_->part("format").get(), "caps", caps.get(), nullptr);
    }
    set_prompt(sequence, options.prompt);
    gst_element_set_state(parts_->pipeline.get(), GST_STATE_PLAYING);
    check_bus();
}

SegmentPipeline::~SegmentPipeline() = default;

void SegmentPipeline::set_prompt(const data::DavisSequence& sequence, PromptKind kind) {
    const auto prompt = parts_->part("prompt");
    const auto annotation = read_annotation(sequence, 0);
    const eval::BinaryMask mask{annotation.height, annotation.width, annotation.values};
    if (kind == PromptKind::kMask) {
        io::write_index_png(parts_->mask.path(), annotation);
        g_object_set(prompt.get(), "mask-location", parts_->mask.path().c_str(), nullptr);
    } else if (kind == PromptKind::kBox) {
        const auto box = eval::tight_box(mask);
        const std::string text = std::to_string(box.begin.x) + "," + std::to_string(box.begin.y) + "," +
                                 std::to_string(box.end.x) + "," + std::to_string(box.end.y);
        g_object_set(prompt.get(), "box", text.c_str(), nullptr);
    } else {
        const auto pixel = eval::innermost_pixel(mask);  // its centre is half a pixel from its edges
        const std::string text = std::to_string(pixel.x) + ".5," + std::to_string(pixel.y) + ".5";
        g_object_set(prompt.get(), "points", text.c_str(), nullptr);
    }
}

void SegmentPipeline::check_bus() const {
    const auto types = static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);
    while (const gst::Owned<GstMessage> message{gst_bus_pop_filtered(parts_->bus.get(), types)})
        if (const std::string text = complaint(message.get()); !text.empty())
            throw std::runtime_error(text);
}

bool SegmentPipeline::next(io::IndexPicture& map) {
    for (;;) {
        const gst::Owned<GstSample> sample(gst_app_sink_try_pull_sample(GST_APP_SINK(parts_->sink.get()), kPatience));
        check_bus();
        if (sample) {
            read_map(sample.get(), map);
            return true;
        }
        if (gst_app_sink_is_eos(GST_APP_SINK(parts_->sink.get())))
            return false;
    }
}

}  // namespace ausm::evaluation
