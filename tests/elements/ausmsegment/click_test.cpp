// SPDX-License-Identifier: MIT
// Mouse and touch on the shown picture: what they select, draw and remove.
#include "../segment.h"

#include "elements/ausmsegment/click.h"

#include <gst/video/navigation.h>
#include <gtest/gtest.h>

using namespace ausm::test;

namespace {

constexpr const char* kClicks = "ausmsegment inference-size=64 latency=0 mode=prompted click-to-prompt=true";

bool send(const Harness& harness, GstEvent* event) { return gst_harness_push_upstream_event(harness.get(), event); }

bool click(const Harness& harness, int button, double x, double y, double to_x, double to_y) {
    return send(harness, gst_navigation_event_new_mouse_button_press(button, x, y, GST_NAVIGATION_MODIFIER_NONE)) &&
           send(harness,
                gst_navigation_event_new_mouse_button_release(button, to_x, to_y, GST_NAVIGATION_MODIFIER_NONE));
}
bool click(const Harness& harness, int button, double x, double y) { return click(harness, button, x, y, x, y); }

/// Navigation events that have come out upstream.
int passed_on(const Harness& harness) {
    int count = 0;
    while (const Owned<GstEvent> event{gst_harness_try_pull_upstream_event(harness.get())})
        count += GST_EVENT_TYPE(event.get()) == GST_EVENT_NAVIGATION ? 1 : 0;
    return count;
}

/// The square of picture() spans x 48 .. 84 and y 16 .. 48 of 96 x 64.
struct Clicks : testing::Test {
    Segment segment{kClicks};
    void SetUp() override { ASSERT_TRUE(segment.pass(0)); }
};

TEST_F(Clicks, LeftSelectsWhatIsThereAndRefinesWhatIsFollowed) {
    ASSERT_TRUE(click(segment, 1, 4, 4));
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{1}));
    const auto first = segment.answer();
    ASSERT_TRUE(first);
    EXPECT_TRUE(bool_of(first.get(), "accepted"));
    EXPECT_EQ(string_of(first.get(), "ref"), "click-to-prompt");
    ASSERT_TRUE(click(segment, 1, 48, 16, 84, 48));
    ASSERT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{1, 2}));
    EXPECT_EQ(int64_of(segment.answer().get(), "object"), 2);
    ASSERT_TRUE(click(segment, 1, 66, 32));
    EXPECT_EQ(ids(segment.pass(3).get()), (std::set<gint64>{1, 2})) << "no third object";
    EXPECT_EQ(int64_of(segment.answer().get(), "object"), 2);
}

TEST_F(Clicks, ADragIsABoxFromAnyCorner) {
    ASSERT_TRUE(click(segment, 1, 84, 48, 48, 16));
    const auto buffer = segment.pass(1);
    GstAusmMetaView view;
    GstAusmObject object;
    ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    ASSERT_EQ(view.n_objects, 1U);
    ASSERT_TRUE(gst_ausm_meta_get_object(&view, 0, &object));
    EXPECT_NEAR(object.x0, 0.5, 0.1);
    EXPECT_NEAR(object.y1, 0.75, 0.1);
}

TEST_F(Clicks, RightRemovesWhatIsThere) {
    ASSERT_TRUE(click(segment, 1, 84, 48, 48, 16));
    ASSERT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{1}));
    ASSERT_TRUE(click(segment, 3, 4, 4));
    EXPECT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{1})) << "nothing is followed there";
    ASSERT_TRUE(click(segment, 3, 66, 32));
    EXPECT_TRUE(ids(segment.pass(3).get()).empty());
}

TEST_F(Clicks, AFingerDoesWhatTheLeftButtonDoesAndASecondOneNothing) {
    ASSERT_TRUE(send(segment, gst_navigation_event_new_touch_down(7, 66, 32, 1, GST_NAVIGATION_MODIFIER_NONE)));
    ASSERT_TRUE(send(segment, gst_navigation_event_new_touch_down(8, 4, 4, 1, GST_NAVIGATION_MODIFIER_NONE)));
    ASSERT_TRUE(send(segment, gst_navigation_event_new_touch_up(8, 4, 4, GST_NAVIGATION_MODIFIER_NONE)));
    EXPECT_TRUE(ids(segment.pass(1).get()).empty());
    ASSERT_TRUE(send(segment, gst_navigation_event_new_touch_up(7, 66, 32, GST_NAVIGATION_MODIFIER_NONE)));
    EXPECT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{1}));
    ASSERT_TRUE(send(segment, gst_navigation_event_new_touch_down(7, 4, 4, 1, GST_NAVIGATION_MODIFIER_NONE)));
    ASSERT_TRUE(send(segment, gst_navigation_event_new_touch_cancel(GST_NAVIGATION_MODIFIER_NONE)));
    ASSERT_TRUE(send(segment, gst_navigation_event_new_touch_up(7, 4, 4, GST_NAVIGATION_MODIFIER_NONE)));
    EXPECT_EQ(ids(segment.pass(3).get()), (std::set<gint64>{1}));
}

TEST(Gestures, ALostReleaseIsForgottenWithTheNextPress) {
    ausm::gst::SegmentClicks clicks;
    const auto handle = [&clicks](GstEvent* event) {
        const Owned<GstEvent> owned(event);
        return clicks.handle(event, 96, 64, [](double, double) { return 0; }).prompt;
    };
    const auto press = [&](double x, double y) {
        EXPECT_FALSE(handle(gst_navigation_event_new_mouse_button_press(1, x, y, GST_NAVIGATION_MODIFIER_NONE)));
    };
    const auto release = [&](double x, double y) {
        return handle(gst_navigation_event_new_mouse_button_release(1, x, y, GST_NAVIGATION_MODIFIER_NONE));
    };
    press(4, 4);  // released outside the window, which is not told
    press(66, 32);
    const auto click = release(66, 32);
    ASSERT_TRUE(click);
    EXPECT_EQ(click->op, ausm::gst::PromptOp::kPoints) << "no box from the place of the lost press";
    press(4, 4);
    press(-3, 32);  // in the border around the picture
    EXPECT_FALSE(release(66, 32));
    press(4, 4);
    clicks.restart();
    EXPECT_FALSE(release(66, 32));
}

TEST_F(Clicks, AGestureEndsWithItsPicture) {
    const auto press = [&] {
        return send(segment, gst_navigation_event_new_mouse_button_press(1, 4, 4, GST_NAVIGATION_MODIFIER_NONE));
    };
    const auto release = [&] {
        return send(segment, gst_navigation_event_new_mouse_button_release(1, 66, 60, GST_NAVIGATION_MODIFIER_NONE));
    };
    ASSERT_TRUE(press());
    segment.flush();
    ASSERT_TRUE(segment.pass(1));
    ASSERT_TRUE(release());
    ASSERT_TRUE(segment.pass(2));
    EXPECT_FALSE(segment.answer());
    ASSERT_TRUE(press());
    segment.caps("video/x-raw,format=I420,width=192,height=64,framerate=25/1");
    ASSERT_TRUE(segment.pass(3));
    ASSERT_TRUE(release());
    ASSERT_TRUE(segment.pass(4));
    EXPECT_FALSE(segment.answer());
}

TEST_F(Clicks, ABorderIsNoPartOfThePicture) {
    ASSERT_TRUE(click(segment, 1, -3, 32));
    ASSERT_TRUE(click(segment, 1, 66, 64));
    EXPECT_TRUE(ids(segment.pass(1).get()).empty());
    EXPECT_FALSE(segment.answer());
}

TEST_F(Clicks, AreConsumedAndOtherNavigationGoesOn) {
    passed_on(segment);
    ASSERT_TRUE(click(segment, 1, 66, 32));
    EXPECT_EQ(passed_on(segment), 0);
    send(segment, gst_navigation_event_new_mouse_move(1, 1, GST_NAVIGATION_MODIFIER_NONE));
    send(segment, gst_navigation_event_new_key_press("a", GST_NAVIGATION_MODIFIER_NONE));
    EXPECT_EQ(passed_on(segment), 2);
    g_object_set(segment.element(), "click-to-prompt", FALSE, nullptr);
    click(segment, 1, 66, 32);
    EXPECT_EQ(passed_on(segment), 2) << "press and release";
}

}  // namespace
