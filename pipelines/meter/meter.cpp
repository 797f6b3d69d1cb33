// SPDX-License-Identifier: MIT
// A probe at the sink, and a main loop around it.
#include "pipelines/meter/meter.h"

#include "pipelines/report/pipeline.h"
#include "pipelines/report/settings.h"

#include <gst/video/video.h>

#include <ctime>

namespace ausm::report {

namespace {

constexpr guint kProgressMilliseconds = 200;

double seconds_of(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string refusal(const GstStructure* structure) {
    gboolean accepted = TRUE;
    if (!gst_structure_get_boolean(structure, "accepted", &accepted) || accepted)
        return {};
    const char* reason = gst_structure_get_string(structure, "reason");
    return std::string("a prompt was refused: ") + (reason ? reason : "no reason given");
}

}  // namespace

Meter::Meter(const std::vector<std::string>& words, std::size_t frames)
    : frames_(frames), pipeline_(make_pipeline(words)), loop_(g_main_loop_new(nullptr, FALSE)) {
    const Owned<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "sink"));
    if (!sink)
        throw Failure("the launch line has no sink that is named 'sink'.");
    const Owned<GstPad> pad(gst_element_get_static_pad(sink.get(), "sink"));
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, on_frame, this, nullptr);
    marks_.resize(frames);  // touched now, so that it does not look like growth later
    marks_.clear();
}

Meter::~Meter() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

void Meter::mark(GstPad* pad) {
    const Mark mark{seconds_of(CLOCK_MONOTONIC), seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
    std::size_t count = 0;
    {
        const std::lock_guard lock(mutex_);
        if (marks_.size() >= frames_)
            return;
        marks_.push_back(mark);
        count = marks_.size();
    }
    if (count == 1) {
        const Owned<GstCaps> caps(gst_pad_get_current_caps(pad));
        GstVideoInfo info;
        if (caps && gst_video_info_from_caps(&info, caps.get())) {
            width_ = info.width;
            height_ = info.height;
        }
    }
    if (look_)
        look_(count);
    if (count == frames_)  // the loop may not have begun yet, a message waits for it
        gst_element_post_message(pipeline_.get(), gst_message_new_application(GST_OBJECT(pipeline_.get()),
                                                                              gst_structure_new_empty("enough")));
}

GstPadProbeReturn Meter::on_frame(GstPad* pad, GstPadProbeInfo*, gpointer self) noexcept {
    static_cast<Meter*>(self)->mark(pad);
    return GST_PAD_PROBE_OK;
}

gboolean Meter::on_message(GstBus*, GstMessage* message, gpointer data) noexcept {
    auto* self = static_cast<Meter*>(data);
    std::string failure;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        failure = problem_text(message);
    else if (gst_message_has_name(message, "ausm-prompt"))
        failure = refusal(gst_message_get_structure(message));
    if (self->failure_.empty())  // the first one is the cause
        self->failure_ = failure;
    if (!failure.empty() || gst_message_has_name(message, "enough") || GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        g_main_loop_quit(self->loop_.get());
    return G_SOURCE_CONTINUE;
}

gboolean Meter::on_timer(gpointer data) noexcept {
    auto* self = static_cast<Meter*>(data);
    Step step;
    {
        const std::lock_guard lock(self->mutex_);
        step.frames = static_cast<int>(self->marks_.size());
        step.elapsed = step.frames > 1 ? self->marks_.back().wall - self->marks_.front().wall : 0;
    }
    step.share = static_cast<double>(step.frames) / static_cast<double>(self->frames_);
    self->progress_.show(step);
    return G_SOURCE_CONTINUE;
}

void Meter::run(const Look& look) {
    look_ = look;
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_add_watch(bus.get(), on_message, this);
    const guint timer = g_timeout_add(kProgressMilliseconds, on_timer, this);
    // a failure to start is on the bus, too, with its reason
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    g_main_loop_run(loop_.get());
    g_source_remove(timer);
    gst_bus_remove_watch(bus.get());
    gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
    progress_.clear();
    if (!failure_.empty())
        throw Failure(failure_);
}

Owned<GstStructure> Meter::stats(const char* element) const {
    const Owned<GstElement> found(gst_bin_get_by_name(GST_BIN(pipeline_.get()), element));
    if (!found)
        throw Failure(std::string("the launch line has no element that is named '") + element + "'.");
    GstStructure* stats = nullptr;
    g_object_get(found.get(), "stats", &stats, nullptr);
    return Owned<GstStructure>(stats);
}

Pace pace(const std::vector<Mark>& marks, std::size_t from, std::size_t to) {
    if (to > marks.size() || from + 2 > to)
        throw Failure("the input has too few frames to measure: " + std::to_string(marks.size()) + ".");
    const Mark& first = marks[from];
    const Mark& last = marks[to - 1];
    const double frames = static_cast<double>(to - from - 1);
    return {(last.wall - first.wall) * 1e3 / frames, (last.cpu - first.cpu) * 1e3 / frames};
}

}  // namespace ausm::report
