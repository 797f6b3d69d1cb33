// SPDX-License-Identifier: MIT
// Which pictures get a line, and the line.
#pragma once

#include "elements/maskjson/reports.h"
#include "elements/maskjson/settings.h"
#include "gst/raii.h"

#include <gst/gst.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace ausm::gst {

/// The stream of one maskjson. Reads metadata only, never the picture. Thread-bound to the streaming thread, but for
/// start().
class JsonWriter {
public:
    /// `sink` is asked where the masks are; it outlives the writer.
    JsonWriter(GstElement* element, GstPad* sink) : reports_(element, sink) {}

    /// Before the stream.
    void start();
    /// The next picture gets a line: after a flush, with a new stream.
    void restart() noexcept;
    /// The size of the pictures from here on; 0 when it is unknown.
    void set_size(int width, int height) noexcept;
    void set_segment(const GstSegment& segment) noexcept { gst_segment_copy_into(&segment, &segment_); }
    [[nodiscard]] bool has_size() const noexcept { return width_ > 0; }

    /// The line of a picture as a buffer with its times; null when it gets none.
    [[nodiscard]] Owned<GstBuffer> write(GstBuffer* picture, const JsonSettings& settings);

private:
    /// What a change is. Without objects: nobody knows what is there.
    struct Scene {
        int width = 0, height = 0;
        std::string model;
        std::optional<std::map<std::int64_t, std::pair<std::string, int>>> objects;  ///< label, seen or not

        bool operator==(const Scene&) const = default;
    };

    [[nodiscard]] bool is_due(guint every) noexcept;
    [[nodiscard]] Scene scene_of(const MetaContent& content) const;
    [[nodiscard]] PictureMoment moment_of(GstBuffer* picture) const;

    JsonReports reports_;
    GstSegment segment_{};
    int width_ = 0, height_ = 0;
    guint skipped_ = 0;  ///< pictures since the last one that was due
    bool first_ = true;
    bool discont_ = false;  ///< a picture without a line began anew
    std::optional<Scene> last_;
};

}  // namespace ausm::gst
