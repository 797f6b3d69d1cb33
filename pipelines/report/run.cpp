// SPDX-License-Identifier: MIT
// A pipeline from its launch line to its end: messages, progress, Ctrl-C.
#include "pipelines/report/run.h"

#include "pipelines/report/launch.h"
#include "pipelines/report/pipeline.h"
#include "pipelines/report/progress.h"

#include <glib-unix.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>

namespace ausm::report {

namespace {

constexpr std::size_t kRows = 20;
constexpr guint kProgressMilliseconds = 200;

std::string title(const Settings& settings) {
    const char* how = "discovery";
    if (settings.prompted())
        how = settings.mode == "all" ? "prompted and discovery" : "prompted";
    return settings.name + ": " + std::filesystem::path(settings.input).filename().string() + ", " + how;
}

/// One run; lives on the main thread.
class Run {
public:
    Run(const Settings& settings, const std::vector<std::string>& words)
        : settings_(settings), watch_(settings.seconds, settings.frames), pipeline_(make_pipeline(words)),
          loop_(g_main_loop_new(nullptr, FALSE)) {
        watch_.attach(pipeline_.get());
        const Owned<GstElement> source(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "source"));
        g_signal_connect(source.get(), "no-more-pads", G_CALLBACK(on_no_more_pads), nullptr);
    }
    ~Run() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void play();
    Outcome outcome(const Files& files);

private:
    static gboolean on_message(GstBus* bus, GstMessage* message, gpointer self) noexcept;
    static gboolean on_timer(gpointer self) noexcept;
    static gboolean on_interrupt(gpointer self) noexcept;
    static void on_no_more_pads(GstElement* source, gpointer) noexcept;
    void problem(GstMessage* message);
    void warn(const std::string& text);
    void answer(const GstStructure* structure);
    double share(const FrameWatch::Now& now) const;

    const Settings& settings_;
    FrameWatch watch_;
    Progress progress_;
    Owned<GstElement> pipeline_;
    Owned<GMainLoop> loop_;
    std::string failure_;
    std::string refusal_;
    int accepted_ = 0;
    bool interrupted_ = false;
    gint64 begin_ = 0, end_ = 0;  // monotonic microseconds
};

void Run::warn(const std::string& text) {
    progress_.clear();
    std::fprintf(stderr, "warning: %s\n", text.c_str());
}

void Run::problem(GstMessage* message) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
        return warn(problem_text(message));
    if (failure_.empty())  // the first one is the cause
        failure_ = problem_text(message);
    g_main_loop_quit(loop_.get());
}

void Run::answer(const GstStructure* structure) {
    gboolean accepted = FALSE;
    gst_structure_get_boolean(structure, "accepted", &accepted);
    if (accepted) {
        ++accepted_;
        return;
    }
    const char* reason = gst_structure_get_string(structure, "reason");
    refusal_ = reason ? reason : "no reason given";
    warn("a prompt was refused: " + refusal_);
}

gboolean Run::on_message(GstBus*, GstMessage* message, gpointer data) noexcept {
    auto* self = static_cast<Run*>(data);
    switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
    case GST_MESSAGE_WARNING: self->problem(message); break;
    case GST_MESSAGE_EOS: g_main_loop_quit(self->loop_.get()); break;
    case GST_MESSAGE_LATENCY: gst_bin_recalculate_latency(GST_BIN(self->pipeline_.get())); break;
    case GST_MESSAGE_ELEMENT:
        if (gst_message_has_name(message, "ausm-prompt"))
            self->answer(gst_message_get_structure(message));
        break;
    default: break;
    }
    return G_SOURCE_CONTINUE;
}

/// A file with sound alone would otherwise end without a word about the picture.
void Run::on_no_more_pads(GstElement* source, gpointer) noexcept {
    bool video = false;
    GST_OBJECT_LOCK(source);
    for (GList* item = source->srcpads; item; item = item->next) {
        GstCaps* caps = gst_pad_get_current_caps(GST_PAD(item->data));
        if (caps)
            video = video || g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps, 0)), "video/");
        gst_clear_caps(&caps);
    }
    GST_OBJECT_UNLOCK(source);
    if (!video)
        GST_ELEMENT_ERROR(source, STREAM, WRONG_TYPE, ("There is no picture in the input."), (nullptr));
}

double Run::share(const FrameWatch::Now& now) const {
    double done = -1;
    gint64 duration = 0;
    if (gst_element_query_duration(pipeline_.get(), GST_FORMAT_TIME, &duration) && duration > 0)
        done = now.seconds * GST_SECOND / static_cast<double>(duration);
    if (settings_.seconds > 0)
        done = std::max(done, now.seconds / settings_.seconds);
    if (settings_.frames > 0)
        done = std::max(done, static_cast<double>(now.frames) / settings_.frames);
    return std::min(done, 1.0);
}

gboolean Run::on_timer(gpointer data) noexcept {
    auto* self = static_cast<Run*>(data);
    const FrameWatch::Now now = self->watch_.now();
    const double elapsed = now.first ? static_cast<double>(now.last - now.first) / G_USEC_PER_SEC : 0;
    self->progress_.show({now.frames, now.objects, self->share(now), elapsed});
    return G_SOURCE_CONTINUE;
}

gboolean Run::on_interrupt(gpointer data) noexcept {
    auto* self = static_cast<Run*>(data);
    const bool nothing = self->watch_.now().frames == 0;
    if (self->interrupted_ || nothing) {
        self->failure_ = nothing ? "interrupted before anything was written." : "interrupted twice, the video is lost.";
        g_main_loop_quit(self->loop_.get());
    }
    self->interrupted_ = true;
    self->watch_.stop();
    return G_SOURCE_CONTINUE;
}

void Run::play() {
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_add_watch(bus.get(), on_message, this);
    const guint timer = g_timeout_add(kProgressMilliseconds, on_timer, this);
    const guint interrupt = g_unix_signal_add(SIGINT, on_interrupt, this);
    begin_ = g_get_monotonic_time();
    // a failure to start is on the bus, too, with its reason
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    g_main_loop_run(loop_.get());
    end_ = g_get_monotonic_time();
    g_source_remove(interrupt);
    g_source_remove(timer);
    gst_bus_remove_watch(bus.get());
    progress_.clear();
    if (!failure_.empty())
        throw Failure(failure_);
}

Outcome Run::outcome(const Files& files) {
    Outcome outcome;
    const Owned<GstElement> segment(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "segment"));
    GstStructure* stats = nullptr;
    g_object_get(segment.get(), "stats", &stats, nullptr);
    outcome.stats.reset(stats);
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);  // from here on nothing flows
    const FrameWatch::Now now = watch_.now();
    if (now.frames == 0)
        throw Failure("no frame came out of the input; is it a video?");
    if (settings_.prompted() && accepted_ == 0)
        throw Failure("no prompt was accepted" + (refusal_.empty() ? "." : ": " + refusal_));
    outcome.frames = now.frames;
    outcome.opening = static_cast<double>(now.first - begin_) / G_USEC_PER_SEC;
    outcome.running = static_cast<double>(end_ - now.first) / G_USEC_PER_SEC;
    outcome.interrupted = interrupted_;
    outcome.objects = watch_.tally().table(kRows);
    outcome.object_count = watch_.tally().objects().size();
    std::error_code error;
    std::filesystem::rename(files.part, files.video, error);
    if (error)
        throw Failure("the video " + files.video + " could not be put in its place (" + error.message() + ").");
    if (!now.problem.empty())
        throw Failure(now.problem);
    watch_.sheet().write(files.sheet, title(settings_), settings_.caption);
    return outcome;
}

}  // namespace

Outcome run(const Settings& settings, const std::vector<std::string>& words, const Files& files) {
    Run run(settings, words);
    run.play();
    return run.outcome(files);
}

}  // namespace ausm::report
