// SPDX-License-Identifier: MIT
// Request pads of ausmsegment: names, pairs, signals and statistics of each, coming and going in every state.
#include "../segment.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

using namespace ausm::test;

namespace {

/// ausmsegment without a harness.
struct Bare {
    Owned<GstElement> element{GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ausmsegment", nullptr)))};
    Owned<GstBus> bus{gst_bus_new()};

    Bare() {
        g_object_set(element.get(), "inference-size", 64, "latency", 0, nullptr);
        gst_element_set_bus(element.get(), bus.get());
    }
    ~Bare() {
        gst_element_set_bus(element.get(), nullptr);
        gst_element_set_state(element.get(), GST_STATE_NULL);
    }
    Bare(const Bare&) = delete;
    Bare& operator=(const Bare&) = delete;

    [[nodiscard]] Owned<GstPad> request(const char* name = "sink_%u") const {
        return Owned<GstPad>(gst_element_request_pad_simple(element.get(), name));
    }
    [[nodiscard]] bool has(const char* name) const {
        return Owned<GstPad>(gst_element_get_static_pad(element.get(), name)) != nullptr;
    }
    void release(const Owned<GstPad>& pad) const { gst_element_release_request_pad(element.get(), pad.get()); }
};

std::string name_of(const Owned<GstPad>& pad) { return pad ? GST_PAD_NAME(pad.get()) : ""; }

/// The only pad that `pad` is linked to inside.
std::string linked_inside(GstPad* pad) {
    GstIterator* links = gst_pad_iterate_internal_links(pad);
    GValue value = G_VALUE_INIT;
    std::string names;
    while (links && gst_iterator_next(links, &value) == GST_ITERATOR_OK) {
        names += GST_PAD_NAME(g_value_get_object(&value));
        g_value_reset(&value);
    }
    g_value_unset(&value);
    if (links)
        gst_iterator_free(links);
    return names;
}

template <typename... Arguments>
bool emit(gpointer object, const char* signal, Arguments... arguments) {
    gboolean taken = FALSE;
    g_signal_emit_by_name(object, signal, arguments..., &taken);
    return taken;
}

guint64 frames_of(gpointer object, const char* property) {
    GstStructure* raw = nullptr;
    if (GST_IS_ELEMENT(object))
        gst_child_proxy_get(GST_CHILD_PROXY(object), property, &raw, nullptr);
    else
        g_object_get(object, property, &raw, nullptr);
    const Owned<GstStructure> stats(raw);
    guint64 frames = G_MAXUINT64;
    if (stats)
        gst_structure_get_uint64(stats.get(), "frames", &frames);
    return frames;
}

TEST(RequestPads, ComeInPairsWithOneNumber) {
    const Bare segment;
    EXPECT_EQ(name_of(segment.request()), "sink_0");
    EXPECT_TRUE(segment.has("src_0"));
    EXPECT_EQ(name_of(segment.request("sink_7")), "sink_7");
    EXPECT_TRUE(segment.has("src_7"));
    const auto one = segment.request("sink_1");
    EXPECT_EQ(name_of(one), "sink_1");
    EXPECT_EQ(name_of(segment.request()), "sink_2") << "1 is taken";
    segment.release(one);
    EXPECT_FALSE(segment.has("sink_1"));
    EXPECT_FALSE(segment.has("src_1"));
    EXPECT_EQ(name_of(segment.request("sink_1")), "sink_1") << "a name that is free again can be asked for";
    const Owned<GstPad> src(gst_element_get_static_pad(segment.element.get(), "src_7"));
    const Owned<GstPad> sink(gst_element_get_static_pad(segment.element.get(), "sink_7"));
    EXPECT_EQ(linked_inside(sink.get()), "src_7");
    EXPECT_EQ(linked_inside(src.get()), "sink_7");
}

TEST(RequestPads, OfNamesThatCannotBeAreRefused) {
    const Bare segment;
    const auto seven = segment.request("sink_7");
    ASSERT_TRUE(seven);
    GstElementClass* klass = GST_ELEMENT_GET_CLASS(segment.element.get());
    GstPadTemplate* request = gst_element_class_get_pad_template(klass, "sink_%u");
    // Straight to the element: GStreamer itself only warns of some of these.
    for (const char* name : {"sink_7", "sink_", "sink_x", "sink_-1", "sink_99999999999", "sink", "src_1", ""})
        EXPECT_EQ(klass->request_new_pad(segment.element.get(), request, name, nullptr), nullptr) << name;
    EXPECT_EQ(segment.element->numpads, 4) << "nothing was left behind";
}

TEST(RequestPads, WorkWhicheverStateTheyAreRequestedIn) {
    for (const GstState state : {GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING}) {
        Segment first;
        ASSERT_TRUE(first.pass(0));
        gst_element_set_state(first.element(), state);
        Segment second(first, 0);
        gst_element_set_state(first.element(), GST_STATE_PLAYING);
        second.new_stream(kCaps);
        EXPECT_TRUE(second.pass(0)) << gst_element_state_get_name(state);
        EXPECT_TRUE(second.pass(1)) << gst_element_state_get_name(state);
        EXPECT_EQ(frames_of(first.element(), "sink_0::stats"), 2U);
    }
}

TEST(RequestPads, AreReleasedInEveryState) {
    for (const GstState state : {GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING}) {
        Segment first;
        {
            Segment second(first, 0);
            ASSERT_TRUE(second.pass(0));
            gst_element_set_state(first.element(), state);
        }
        EXPECT_FALSE(first.pad("sink_0")) << gst_element_state_get_name(state);
        EXPECT_FALSE(first.pad("src_0")) << gst_element_state_get_name(state);
        gst_element_set_state(first.element(), GST_STATE_PLAYING);
        first.new_stream(kCaps);
        EXPECT_TRUE(first.pass(0)) << gst_element_state_get_name(state);
    }
}

TEST(RequestPads, SettingsThatTheModelRefusesRefuseThePad) {
    const Bare segment;
    ASSERT_EQ(gst_element_set_state(segment.element.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    g_object_set(segment.element.get(), "max-objects", 254, nullptr);
    EXPECT_FALSE(segment.request());
    EXPECT_FALSE(segment.has("src_0"));
    const Owned<GstMessage> error(gst_bus_pop_filtered(segment.bus.get(), GST_MESSAGE_ERROR));
    ASSERT_TRUE(error);
    EXPECT_EQ(report_of(error.get()).domain, GST_LIBRARY_ERROR);
    EXPECT_NE(report_of(error.get()).message.find("max-objects"), std::string::npos);
    g_object_set(segment.element.get(), "max-objects", 0, nullptr);
    EXPECT_TRUE(segment.request());
}

TEST(RequestPads, PadsThatNobodyReleasedGoWithTheElement) {
    GstPad* watched = nullptr;
    {
        const Bare segment;
        gst_element_set_state(segment.element.get(), GST_STATE_PAUSED);
        watched = segment.request().get();
        g_object_add_weak_pointer(G_OBJECT(watched), reinterpret_cast<gpointer*>(&watched));
    }
    EXPECT_EQ(watched, nullptr);
}

TEST(RequestPads, SignalsAndMessagesAreThoseOfTheirStream) {
    Segment first;
    Segment second(first, 0);
    const auto pad = second.pad("sink_0");
    const Owned<GstStructure> prompt(box(6));
    EXPECT_TRUE(emit(pad.get(), "add-prompt", prompt.get()));
    EXPECT_TRUE(add_prompt(first, box(5))) << "the element's own is that of sink";
    EXPECT_EQ(ids(second.pass(0).get()), (std::set<gint64>{6}));
    EXPECT_EQ(ids(first.pass(0).get()), (std::set<gint64>{5}));
    for (const char* name : {"sink_0", "sink"})
        EXPECT_EQ(string_of(first.answer().get(), "pad"), name);
    EXPECT_FALSE(emit(pad.get(), "remove-object", gint64{0}));
    EXPECT_TRUE(emit(pad.get(), "remove-object", gint64{6}));
    EXPECT_TRUE(ids(second.pass(1).get()).empty());
    EXPECT_EQ(ids(first.pass(1).get()), (std::set<gint64>{5}));
    EXPECT_TRUE(emit(first.pad("sink").get(), "reset"));
    EXPECT_TRUE(ids(first.pass(2).get()).empty());
    const auto reset = first.message(GST_MESSAGE_ELEMENT, "ausm-reset");
    ASSERT_TRUE(reset);
    EXPECT_EQ(string_of(reset.get(), "pad"), "sink");
}

TEST(RequestPads, EventsWithPromptsStayInTheirStream) {
    Segment first;
    Segment second(first, 0);
    ASSERT_TRUE(gst_harness_push_event(second.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, box(3))));
    ASSERT_TRUE(gst_harness_push_upstream_event(
        second.get(), gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, box(4, "[0,0,0.4,1]"))));
    EXPECT_TRUE(ids(first.pass(0).get()).empty());
    EXPECT_EQ(ids(second.pass(0).get()), (std::set<gint64>{3, 4}));
}

TEST(RequestPads, AReleasedPadThatSomebodyHoldsDoesNothing) {
    Segment first;
    Owned<GstPad> sink, src;
    {
        Segment second(first, 0);
        ASSERT_TRUE(second.pass(0));
        sink = second.pad("sink_0");
        src = second.pad("src_0");
    }
    const Owned<GstStructure> prompt(box(6));
    EXPECT_FALSE(emit(sink.get(), "add-prompt", prompt.get()));
    EXPECT_FALSE(emit(sink.get(), "remove-object", gint64{6}));
    EXPECT_FALSE(emit(sink.get(), "reset"));
    EXPECT_EQ(frames_of(sink.get(), "stats"), G_MAXUINT64) << "no statistics";
    const Owned<GstQuery> latency(gst_query_new_latency());
    EXPECT_FALSE(gst_pad_query(src.get(), latency.get()));
    EXPECT_FALSE(gst_pad_send_event(sink.get(), gst_event_new_eos()));
    EXPECT_EQ(gst_pad_chain(sink.get(), gst_buffer_new()), GST_FLOW_FLUSHING);
    sink.reset();
    EXPECT_EQ(linked_inside(src.get()), "") << "its sink pad is gone";
    EXPECT_TRUE(first.pass(0));
}

TEST(RequestPads, AreChildrenByName) {
    Segment first;
    std::vector<std::string> events;
    const auto added = +[](GstChildProxy*, GObject*, gchar* name, gpointer list) {
        static_cast<std::vector<std::string>*>(list)->push_back(std::string("+") + name);
    };
    const auto removed = +[](GstChildProxy*, GObject*, gchar* name, gpointer list) {
        static_cast<std::vector<std::string>*>(list)->push_back(std::string("-") + name);
    };
    g_signal_connect(first.element(), "child-added", G_CALLBACK(added), &events);
    g_signal_connect(first.element(), "child-removed", G_CALLBACK(removed), &events);
    {
        Segment second(first, 3);
        ASSERT_TRUE(second.pass(0));
        auto* proxy = GST_CHILD_PROXY(first.element());
        EXPECT_EQ(gst_child_proxy_get_children_count(proxy), 2U);
        EXPECT_EQ(frames_of(proxy, "sink_3::stats"), 1U);
        EXPECT_EQ(frames_of(proxy, "sink::stats"), 0U);
        const Owned<GObject> last(gst_child_proxy_get_child_by_index(proxy, 1));
        EXPECT_EQ(GST_OBJECT_NAME(last.get()), std::string("sink_3"));
        EXPECT_EQ(gst_child_proxy_get_child_by_index(proxy, 2), nullptr);
        EXPECT_EQ(gst_child_proxy_get_child_by_name(proxy, "src_3"), nullptr) << "sink pads only";
    }
    EXPECT_EQ(events, (std::vector<std::string>{"+sink_3", "-sink_3"}));
}

/// Pushes pictures into one harness on a thread of its own until one is not taken.
class Stream {
public:
    explicit Stream(Harness& harness)
        : thread_([this, &harness] {
              for (int i = 0; flow_ == GST_FLOW_OK; ++i) {
                  flow_ = harness.push(harness.picture(i));
                  frames_ += flow_ == GST_FLOW_OK && harness.pull() ? 1 : 0;
              }
          }) {}
    ~Stream() {
        if (thread_.joinable())
            thread_.join();
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    [[nodiscard]] GstFlowReturn end() {
        thread_.join();
        return flow_;
    }
    void wait_for(int frames) const {
        while (frames_ < frames && flow_ == GST_FLOW_OK)
            std::this_thread::yield();
    }
    void wait_for_more() const { wait_for(frames_ + 2); }
    [[nodiscard]] bool flows() const { return flow_ == GST_FLOW_OK; }

private:
    std::atomic<int> frames_{0};
    std::atomic<GstFlowReturn> flow_{GST_FLOW_OK};
    std::thread thread_;
};

TEST(RequestPads, ReleaseEndsAFrameThatIsInTheModelAndTheOtherStreamGoesOn) {
    Segment first;
    Stream other(first);
    {
        // Large, so that most of the time is spent in the model.
        Segment second(first, 0, "video/x-raw,format=RGB,width=960,height=540,framerate=25/1");
        Stream stream(second);
        stream.wait_for(1);
        const auto pad = second.pad("sink_0");
        gst_element_release_request_pad(first.element(), pad.get());
        const GstFlowReturn flow = stream.end();
        EXPECT_TRUE(flow == GST_FLOW_FLUSHING || flow == GST_FLOW_NOT_LINKED) << gst_flow_get_name(flow);
    }
    other.wait_for_more();
    EXPECT_TRUE(other.flows());
    gst_harness_push_event(first.get(), gst_event_new_flush_start());
    EXPECT_EQ(other.end(), GST_FLOW_FLUSHING);
    EXPECT_FALSE(first.message(GST_MESSAGE_ERROR));
}

/// Holds up whoever brings a buffer, until it is opened.
struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool reached = false, open = false;

    static GstPadProbeReturn hold(GstPad*, GstPadProbeInfo*, gpointer data) {
        auto* self = static_cast<Gate*>(data);
        std::unique_lock lock(self->mutex);
        self->reached = true;
        self->changed.notify_all();
        self->changed.wait(lock, [self] { return self->open; });
        return GST_PAD_PROBE_OK;
    }
    void wait() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return reached; });
    }
    void let_go() {
        const std::lock_guard lock(mutex);
        open = true;
        changed.notify_all();
    }
};

TEST(RequestPads, ReleaseDoesNotWaitForAFrameThatHangsDownstream) {
    Segment first;
    Segment second(first, 0);
    Gate gate;
    gst_pad_add_probe(second.get()->sinkpad, GST_PAD_PROBE_TYPE_BUFFER, Gate::hold, &gate, nullptr);
    std::thread stream([&second] { (void)second.push(second.picture(0)); });
    gate.wait();
    const auto pad = second.pad("sink_0");
    gst_element_release_request_pad(first.element(), pad.get());
    EXPECT_FALSE(first.pad("sink_0"));
    EXPECT_TRUE(first.pass(0));
    gate.let_go();
    stream.join();
}

TEST(RequestPads, MayBeReleasedFromTheirOwnStreamingThread) {
    Segment first;
    Segment second(first, 0);
    const auto src = second.pad("src_0");
    const auto release = [](GstPad*, GstPadProbeInfo*, gpointer segment) {
        const auto* harness = static_cast<Segment*>(segment);
        gst_element_release_request_pad(harness->element(), harness->pad("sink_0").get());
        return GST_PAD_PROBE_REMOVE;
    };
    gst_pad_add_probe(src.get(), GST_PAD_PROBE_TYPE_BUFFER, +release, &second, nullptr);
    EXPECT_NE(second.push(second.picture(0)), GST_FLOW_OK);
    EXPECT_FALSE(first.pad("sink_0"));
    EXPECT_TRUE(first.pass(0));
}

/// While pads are activated, another thread asks for one of the same element.
struct AskedMeanwhile {
    GstElement* element = nullptr;
    std::atomic<bool> asked{false}, answered{false};

    static void look(GstDebugCategory*, GstDebugLevel, const gchar*, const gchar*, gint, GObject*,
                     GstDebugMessage* message, gpointer data) {
        auto* self = static_cast<AskedMeanwhile*>(data);
        const std::string text = gst_debug_message_get(message);
        if (text.find("activating pad from none") == std::string::npos || self->asked.exchange(true))
            return;
        self->request = std::async(std::launch::async, [self] {
            return Owned<GstPad>(gst_element_request_pad_simple(self->element, "sink_%u")) != nullptr;
        });
        self->answered = self->request.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
    }
    std::future<bool> request;
};

TEST(RequestPads, NoLockIsHeldWhileTheyAreActivated) {
    const Bare segment;
    ASSERT_EQ(gst_element_set_state(segment.element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
    AskedMeanwhile other;
    other.element = segment.element.get();
    gst_debug_remove_log_function(gst_debug_log_default);
    gst_debug_set_threshold_for_name("GST_PADS", GST_LEVEL_DEBUG);
    gst_debug_add_log_function(AskedMeanwhile::look, &other, nullptr);
    const auto pad = segment.request();
    gst_debug_remove_log_function(AskedMeanwhile::look);
    gst_debug_unset_threshold_for_name("GST_PADS");
    gst_debug_add_log_function(gst_debug_log_default, nullptr, nullptr);
    EXPECT_TRUE(pad);
    ASSERT_TRUE(other.asked) << "GStreamer words its log otherwise";
    EXPECT_TRUE(other.answered) << "it waits for the lock";
    EXPECT_TRUE(other.request.get());
}

TEST(RequestPads, ComeAndGoWhileTheStateChanges) {
    const Bare segment;
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
            while (!done) {
                const auto pad = segment.request();
                if (pad)
                    segment.release(pad);
            }
        });
    for (int i = 0; i < 60; ++i) {
        EXPECT_EQ(gst_element_set_state(segment.element.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
        EXPECT_EQ(gst_element_set_state(segment.element.get(), i % 20 == 19 ? GST_STATE_NULL : GST_STATE_READY),
                  GST_STATE_CHANGE_SUCCESS);
    }
    done = true;
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(segment.element->numpads, 2);
    EXPECT_FALSE(Owned<GstMessage>(gst_bus_pop_filtered(segment.bus.get(), GST_MESSAGE_ERROR)));
}

}  // namespace
