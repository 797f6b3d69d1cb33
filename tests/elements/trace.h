// SPDX-License-Identifier: MIT
// ausmprompt in a harness that writes down what leaves it, and its prompt pad.
#pragma once

#include "harness.h"

#include "gst/gstausmgrammar.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace ausm::test {

using gst::PromptLine;
using Log = std::vector<std::string>;

inline constexpr const char* kTraceCaps = "video/x-raw,format=GRAY8,width=16,height=16,framerate=25/1";

/// Writes down what leaves the element: "frame 3", "box 5", "remove 7", ...
struct Trace : Harness {
    explicit Trace(const std::string& launch) : Harness(launch) {
        const Owned<GstPad> src(gst_element_get_static_pad(element(), "src"));
        gst_pad_add_probe(src.get(),
                          static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                          record, this, nullptr);
        const Owned<GstPad> sink(gst_element_get_static_pad(element(), "sink"));
        gst_pad_add_probe(sink.get(), GST_PAD_PROBE_TYPE_BUFFER, enter, this, nullptr);
        caps(kTraceCaps);
    }
    static GstPadProbeReturn enter(GstPad*, GstPadProbeInfo*, gpointer data) {
        ++static_cast<Trace*>(data)->entered_;
        return GST_PAD_PROBE_OK;
    }
    static GstPadProbeReturn record(GstPad*, GstPadProbeInfo* info, gpointer data) {
        auto& self = *static_cast<Trace*>(data);
        const std::lock_guard lock(self.mutex_);
        if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) {
            self.log.push_back("frame " + std::to_string(GST_BUFFER_OFFSET(GST_PAD_PROBE_INFO_BUFFER(info))));
            return GST_PAD_PROBE_OK;
        }
        GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
        if (!gst_event_has_name(event, gst::kPromptName))
            return GST_PAD_PROBE_OK;
        EXPECT_TRUE(GST_EVENT_IS_SERIALIZED(event));
        const auto parsed = gst::parse_prompt(gst_event_get_structure(event));
        if (const auto* wrong = std::get_if<gst::PromptError>(&parsed)) {
            ADD_FAILURE() << wrong->message();
            return GST_PAD_PROBE_OK;
        }
        self.prompts.push_back(std::get<PromptLine>(parsed));
        const PromptLine& line = self.prompts.back();
        self.log.push_back(std::string(op_name(line.op)) + " " + std::to_string(line.object) +
                           (line.late ? " late" : ""));
        return GST_PAD_PROBE_OK;
    }
    void frames(int first, int last) {
        for (int i = first; i <= last; ++i)
            ASSERT_TRUE(pass(i));
    }
    /// Pushes a frame from another thread and returns when it is inside the element.
    [[nodiscard]] std::future<GstFlowReturn> push_elsewhere(int index) {
        const int before = entered_;
        auto flow = std::async(std::launch::async, [this, index] { return push(picture(index)); });
        while (entered_ == before)
            g_usleep(100);
        return flow;
    }
    /// The log so far; a fresh one begins.
    Log take_log() {
        const std::lock_guard lock(mutex_);
        return std::exchange(log, {});
    }
    std::vector<std::string> warnings() {
        std::vector<std::string> texts;
        while (const auto warning = message(GST_MESSAGE_WARNING))
            texts.push_back(report_of(warning.get()).message);
        return texts;
    }
    /// Reasons of the refusals since the last call.
    std::vector<std::string> refusals() {
        std::vector<std::string> reasons;
        while (const auto answer = message(GST_MESSAGE_ELEMENT, gst::kPromptName)) {
            EXPECT_FALSE(bool_of(answer.get(), "accepted"));
            reasons.push_back(string_of(answer.get(), "reason"));
        }
        return reasons;
    }

    Log log;
    std::vector<PromptLine> prompts;

private:
    std::mutex mutex_;  // guards the two above
    std::atomic<int> entered_{0};
};

/// The pad prompt_sink of an element.
class PromptSink {
public:
    PromptSink(GstElement* element, const std::string& caps)
        : harness_(gst_harness_new_with_element(element, "prompt_sink", nullptr)) {
        if (!caps.empty())
            gst_harness_set_src_caps_str(harness_, caps.c_str());
    }
    ~PromptSink() { release(); }
    PromptSink(const PromptSink&) = delete;
    PromptSink& operator=(const PromptSink&) = delete;

    /// Gives the pad back.
    void release() {
        if (harness_)
            gst_harness_teardown(std::exchange(harness_, nullptr));
    }
    GstFlowReturn push(GstBuffer* buffer) { return gst_harness_push(harness_, buffer); }
    GstFlowReturn text(const std::string& text) { return push(gst_buffer_new_memdup(text.data(), text.size())); }
    /// A mask of one value at frame `index` of 25 a second.
    GstFlowReturn mask(int index, guint8 value = 255) { return push(mask_buffer(index, value)); }
    static GstBuffer* mask_buffer(int index, guint8 value) {
        GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 8 * 4, nullptr);
        gst_buffer_memset(buffer, 0, value, 8 * 4);
        GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(index) * GST_SECOND / 25;
        GST_BUFFER_DURATION(buffer) = GST_SECOND / 25;
        return buffer;
    }
    void event(GstEvent* event) { gst_harness_push_event(harness_, event); }
    void flush() {
        event(gst_event_new_flush_start());
        event(gst_event_new_flush_stop(TRUE));
        segment();
    }
    void segment(GstClockTime base = 0) {
        GstSegment segment;
        gst_segment_init(&segment, GST_FORMAT_TIME);
        segment.base = base;
        event(gst_event_new_segment(&segment));
    }

private:
    GstHarness* harness_;
};

inline constexpr const char* kJsonCaps = "application/x-json";
inline constexpr const char* kMaskCaps = "video/x-raw,format=GRAY8,width=8,height=4,framerate=25/1";

/// True when the other thread is still busy after a moment in which it would have been done.
template <typename Result>
bool waits(std::future<Result>& other) {
    return other.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout;
}
/// What the other thread gives; one that hangs for a minute ends the program.
template <typename Result>
Result result_of(std::future<Result>& other) {
    if (other.wait_for(std::chrono::minutes(1)) == std::future_status::timeout) {
        std::fprintf(stderr, "the other thread hangs\n");
        std::abort();
    }
    return other.get();
}

inline bool add_prompt(const Harness& harness, const std::string& text) {
    const Owned<GstStructure> structure(gst_structure_from_string(("ausm-prompt, " + text).c_str(), nullptr));
    gboolean taken = FALSE;
    g_signal_emit_by_name(harness.element(), "add-prompt", structure.get(), &taken);
    return taken;
}

}  // namespace ausm::test
