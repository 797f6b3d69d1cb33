// SPDX-License-Identifier: MIT
// ausmsegment in a harness, with the real model made small, and its prompts.
#pragma once

#include "harness.h"

#include "gst/ausm/gstausmmeta.h"
#include "gst/gstausmgrammar.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace ausm::test {

// Small, so that a frame takes a few milliseconds; latency=0 because a GstHarness is always live.
inline constexpr const char* kLaunch = "ausmsegment inference-size=64 latency=0 mode=prompted";
inline constexpr const char* kCaps = "video/x-raw,format=I420,width=96,height=64,framerate=25/1";

inline std::vector<guint8> bytes(GstBuffer* buffer) {
    std::vector<guint8> all(gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, all.data(), all.size());
    return all;
}

/// Ids of the objects in the metadata; {-1} when there is none.
inline std::set<gint64> ids(GstBuffer* buffer) {
    GstAusmMetaView view;
    std::set<gint64> found;
    if (!gst_ausm_meta_get(buffer, &view))
        return {-1};
    for (guint i = 0; i < view.n_objects; ++i) {
        GstAusmObject object;
        if (gst_ausm_meta_get_object(&view, i, &object))
            found.insert(object.id);
    }
    return found;
}

/// The square of Harness::picture() as a prompt.
inline GstStructure* box(int object, const char* numbers = "[0.5,0.25,0.875,0.75]") {
    return gst_structure_new(ausm::gst::kPromptName, "op", G_TYPE_STRING, "box", "box", G_TYPE_STRING, numbers,
                             "object", G_TYPE_INT, object, "ref", G_TYPE_STRING, "the square", "label", G_TYPE_STRING,
                             "square", nullptr);
}

inline bool add_prompt(const Harness& harness, GstStructure* structure) {
    const Owned<GstStructure> owned(structure);
    gboolean taken = FALSE;
    g_signal_emit_by_name(harness.element(), "add-prompt", owned.get(), &taken);
    return taken;
}

struct Segment : Harness {
    explicit Segment(const std::string& launch = kLaunch, const std::string& caps_text = kCaps) : Harness(launch) {
        caps(caps_text);
    }
    /// The pads sink_`number` and src_`number` of the same element.
    Segment(const Segment& first, int number, const std::string& caps_text = kCaps)
        : Harness(first, "sink_" + std::to_string(number), "src_" + std::to_string(number)) {
        caps(caps_text);
    }
    [[nodiscard]] Owned<GstPad> pad(const char* name) const {
        return Owned<GstPad>(gst_element_get_static_pad(element(), name));
    }

    [[nodiscard]] Owned<GstStructure> stats() const {
        GstStructure* structure = nullptr;
        g_object_get(element(), "stats", &structure, nullptr);
        return Owned<GstStructure>(structure);
    }

    Owned<GstMessage> answer() { return message(GST_MESSAGE_ELEMENT, ausm::gst::kPromptName); }
    /// Shows the square as object `id` on picture `index`.
    void show(int id, int index) {
        ASSERT_TRUE(add_prompt(*this, box(id)));
        const auto buffer = pass(index);
        ASSERT_TRUE(buffer);
        ASSERT_TRUE(ids(buffer.get()).contains(id));
    }
};

}  // namespace ausm::test
