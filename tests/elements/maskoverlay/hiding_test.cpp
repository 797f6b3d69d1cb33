// SPDX-License-Identifier: MIT
// A hiding effect fails closed: whatever is wrong with the masks, the picture is not shown.
#include "overlay.h"

#include <algorithm>
#include <functional>

using namespace ausm::test;

namespace {

constexpr int kWidth = 40, kHeight = 30;
constexpr const char* kSolid = "effect=solid dilate=0 edge-smooth=0 hold=0";

GstVideoInfo grey_info(int width = kWidth, int height = kHeight) { return video_info("GRAY8", width, height); }

/// White everywhere.
Buffer white(const GstVideoInfo& info = grey_info()) {
    Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    gst_buffer_memset(buffer.get(), 0, 235, info.size);
    return buffer;
}

/// A map with the object 7, value 1, in the columns [begin, end), and nothing else.
ausm::Result stripe(int begin, int end, const char* label = "person") {
    ausm::Result result;
    result.map_width = kWidth;
    result.map_height = kHeight;
    for (int i = 0; i < kWidth * kHeight; ++i)
        result.map.push_back(i % kWidth >= begin && i % kWidth < end ? 1 : 0);
    ausm::Object object;
    object.id = 7;
    object.value = 1;
    object.label = label;
    object.score = 0.9F;
    object.box = {0, 0, 1, 1};
    result.objects.push_back(object);
    return result;
}

Buffer masked(ausm::Result result) { return annotated(white(), std::move(result), kWidth, kHeight); }
Buffer old_masked(ausm::Result result) { return carried(white(), std::move(result), kWidth, kHeight); }

/// Which columns are hidden, as in "####....", one sign for each four of them; '?' when rows or pixels disagree.
std::string columns(const Buffer& buffer) {
    if (!buffer)
        return "left out";
    const Bytes pixels = bytes(buffer);
    std::string text;
    for (int x = 0; x < kWidth; x += 4) {
        int hidden = 0, seen = 0;
        for (int y = 0; y < kHeight; ++y)
            for (int i = x; i < x + 4; ++i) {
                hidden += pixels[static_cast<std::size_t>(y * kWidth + i)] == 16;
                seen += pixels[static_cast<std::size_t>(y * kWidth + i)] == 235;
            }
        text += hidden == 4 * kHeight ? '#' : seen == 4 * kHeight ? '.' : '?';
    }
    return text;
}

constexpr const char* kAll = "##########";
constexpr const char* kNothing = "..........";

TEST(Hiding, HidesTheObjectsOrTheBackground) {
    Overlay overlay(grey_info(), kSolid);
    EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), "..###.....");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(0, 0)))), kNothing);
    overlay.set("effect-on", "background");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), "##...#####");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(0, 0)))), kAll);
    EXPECT_EQ(overlay.warnings(), 0);
}

struct Trouble {
    const char* name;
    std::function<Buffer()> buffer;
    const char* warning;  ///< has this text in it
};

/// Masks that `change` has damaged.
template <typename Change>
std::function<Buffer()> damaged(Change change) {
    return [change] {
        Buffer buffer = masked(stripe(8, 20));
        change(gst_custom_meta_get_structure(gst_buffer_get_custom_meta(buffer.get(), GST_AUSM_META_NAME)));
        return buffer;
    };
}
std::function<Buffer()> without(const char* field) {
    return damaged([field](GstStructure* meta) { gst_structure_remove_field(meta, field); });
}
std::function<Buffer()> with(const char* field, int value) {
    return damaged([=](GstStructure* meta) { gst_structure_set(meta, field, G_TYPE_INT, value, nullptr); });
}
std::function<Buffer()> with_bytes(const char* field, gsize size) {
    return damaged([=](GstStructure* meta) {
        const Buffer plane(gst_buffer_new_allocate(nullptr, size, nullptr));
        gst_structure_set(meta, field, GST_TYPE_BUFFER, plane.get(), nullptr);
    });
}

const Trouble kTroubles[] = {
    {"no_masks", [] { return white(); }, "no masks"},
    {"empty_metadata", damaged([](GstStructure* meta) { gst_structure_remove_all_fields(meta); }), "malformed"},
    {"no_version", without("version"), "malformed"},
    {"newer_version", with("version", GST_AUSM_META_VERSION + 1), "malformed"},
    {"no_map", without("map"), "malformed"},
    {"map_that_is_a_number", with("map", 1), "malformed"},
    {"map_of_too_few_bytes", with_bytes("map", kWidth* kHeight - 1), "malformed"},
    {"map_of_too_many_bytes", with_bytes("map", kWidth* kHeight + 1), "malformed"},
    {"map_of_no_width", with("map-width", 0), "malformed"},
    {"map_of_a_negative_height", with("map-height", -kHeight), "malformed"},
    {"map_wider_than_its_bytes", with("map-width", kWidth + 1), "malformed"},
    {"map_without_a_height", without("map-height"), "malformed"},
    {"no_picture_size", without("width"), "malformed"},
    {"picture_of_no_height", with("height", 0), "malformed"},
    {"pixels_of_no_shape", with("pixel-aspect-ratio", 1), "malformed"},
    {"confidence_of_too_few_bytes", with_bytes("confidence", 7), "malformed"},
    {"no_objects", without("objects"), "malformed"},
    {"objects_that_are_a_number", with("objects", 1), "malformed"},
    {"unknown_freshness", without("fresh"), "malformed"},
    {"unknown_source", without("source"), "malformed"},
    {"another_shape", [] { return annotated(white(), stripe(8, 20), kHeight, kWidth); }, "another shape"},
    {"wider_by_a_few_pixels", [] { return annotated(white(), stripe(8, 20), kWidth + 2, kHeight); }, "another shape"},
    {"carried_before_the_first", [] { return old_masked(stripe(8, 20)); }, "before this stream's first"},
};

class FailsClosed : public testing::TestWithParam<Trouble> {};

TEST_P(FailsClosed, HidesAllOfThePictureAndSaysWhyOnce) {
    for (const char* effect_on : {"objects", "background"}) {
        Overlay overlay(grey_info(), std::string(kSolid) + " effect-on=" + effect_on);
        for (int i = 0; i < 3; ++i)
            EXPECT_EQ(columns(overlay.draw(GetParam().buffer())), kAll) << i;
        EXPECT_EQ(overlay.warnings(), 1);
        EXPECT_NE(overlay.last_warning().find("All of a picture is hidden"), std::string::npos);
        EXPECT_NE(overlay.last_warning().find(GetParam().warning), std::string::npos) << overlay.last_warning();
        overlay.set("effect-on", "objects");
        EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), "..###.....") << "the stream goes on";
    }
}

TEST_P(FailsClosed, AmidPicturesWithMasks) {
    Overlay overlay(grey_info(), kSolid);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), "..###.....");
        EXPECT_EQ(columns(overlay.draw(GetParam().buffer())), kAll);
    }
    EXPECT_EQ(overlay.warnings(), 1);
}

TEST_P(FailsClosed, WithEveryEffect) {
    for (const char* effect : {"blur", "pixelate"}) {
        Overlay overlay(grey_info(), std::string("effect-strength=1 effect=") + effect);
        Buffer buffer = GetParam().buffer();
        gst_buffer_memset(buffer.get(), 0, 16, grey_info().size / 2);
        const Bytes drawn = bytes(overlay.draw(std::move(buffer)));
        const auto [least, most] = std::minmax_element(drawn.begin(), drawn.end());
        EXPECT_GE(*least, 120) << effect;
        EXPECT_LE(*most, 130) << effect << ": one mean is left of the picture";
    }
}

TEST_P(FailsClosed, DropsWhenItIsToldTo) {
    Overlay overlay(grey_info(), std::string(kSolid) + " missing=drop");
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(columns(overlay.try_draw(GetParam().buffer())), "left out");
    EXPECT_EQ(overlay.warnings(), 1);
    EXPECT_NE(overlay.last_warning().find("left out"), std::string::npos);
    EXPECT_EQ(columns(overlay.try_draw(masked(stripe(8, 20)))), "..###.....");
}

TEST_P(FailsClosed, HidesPlainDrawingsToo) {
    Overlay overlay(grey_info(), "missing=hide");
    EXPECT_EQ(columns(overlay.draw(GetParam().buffer())), kAll) << "in black, as there is no effect";
    EXPECT_EQ(overlay.warnings(), 1);
}

INSTANTIATE_TEST_SUITE_P(All, FailsClosed, testing::ValuesIn(kTroubles),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Hiding, PassesPicturesWithoutMasksWhenItIsToldTo) {
    Overlay overlay(grey_info(), std::string(kSolid) + " missing=pass");
    EXPECT_EQ(columns(overlay.draw(white())), kNothing);
    EXPECT_EQ(overlay.warnings(), 0);
    EXPECT_EQ(columns(overlay.draw(old_masked(stripe(8, 20)))), "..###.....") << "old masks are better than none";
}

TEST(Hiding, ReliesOnCarriedMasksForSomePicturesOnly) {
    Overlay overlay(grey_info(), "effect=solid dilate=0 edge-smooth=0 hold=2");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), "..###.....");
    EXPECT_EQ(columns(overlay.draw(old_masked(stripe(8, 20)))), "..###.....");
    EXPECT_EQ(columns(overlay.draw(old_masked(stripe(8, 20)))), "..###.....");
    EXPECT_EQ(overlay.warnings(), 0);
    EXPECT_EQ(columns(overlay.draw(old_masked(stripe(8, 20)))), kAll);
    EXPECT_EQ(columns(overlay.draw(old_masked(stripe(8, 20)))), kAll);
    EXPECT_EQ(overlay.warnings(), 1);
    EXPECT_NE(overlay.last_warning().find("more than 2 pictures old"), std::string::npos) << overlay.last_warning();
    EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), "..###.....");
    // A picture without masks ages them, too.
    EXPECT_EQ(columns(overlay.draw(white())), kAll);
    EXPECT_EQ(columns(overlay.draw(old_masked(stripe(8, 20)))), "..###.....");
    EXPECT_EQ(columns(overlay.draw(old_masked(stripe(8, 20)))), kAll);
}

TEST(Hiding, BeginsAnewAfterAFlushAndWithOtherCaps) {
    Overlay overlay(grey_info(), "effect=solid dilate=0 edge-smooth=0 hold=100");
    const auto carried_masks_are_good = [&] { return columns(overlay.draw(old_masked(stripe(8, 20)))) != kAll; };
    overlay.draw(masked(stripe(8, 20)));
    EXPECT_TRUE(carried_masks_are_good());
    overlay.flush();
    EXPECT_FALSE(carried_masks_are_good());
    overlay.draw(masked(stripe(8, 20)));
    EXPECT_TRUE(carried_masks_are_good());
    overlay.caps(grey_info(kWidth * 2, kHeight * 2));
    const GstVideoInfo larger = grey_info(kWidth * 2, kHeight * 2);
    const Bytes drawn = bytes(overlay.draw(carried(white(larger), stripe(8, 20), kWidth, kHeight)));
    EXPECT_EQ(std::count(drawn.begin(), drawn.end(), 16), kWidth * kHeight * 4);
    overlay.caps(grey_info());
    overlay.draw(masked(stripe(8, 20)));
    EXPECT_TRUE(carried_masks_are_good());
}

TEST(Hiding, HoldsThePlaceOfALostObject) {
    Overlay overlay(grey_info(), "effect=solid dilate=0 edge-smooth=0 hold=2");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), "..###.....");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(0, 0)))), "..###.....") << "it has no pixel";
    ausm::Result nothing = stripe(0, 0);
    nothing.objects.clear();
    EXPECT_EQ(columns(overlay.draw(masked(std::move(nothing)))), "..###.....") << "it is not listed any more";
    EXPECT_EQ(columns(overlay.draw(masked(stripe(0, 0)))), kNothing);
    overlay.draw(masked(stripe(8, 20)));
    EXPECT_EQ(columns(overlay.draw(masked(stripe(20, 24)))), ".....#....") << "it moved, it is not lost";
    overlay.flush();
    EXPECT_EQ(columns(overlay.draw(masked(stripe(0, 0)))), kNothing) << "that was another scene";
}

TEST(Hiding, ShowsNoPlaceOfALostObjectInAHiddenBackground) {
    Overlay overlay(grey_info(), "effect=solid effect-on=background dilate=0 edge-smooth=0 hold=2");
    overlay.draw(masked(stripe(8, 20)));
    EXPECT_EQ(columns(overlay.draw(masked(stripe(0, 0)))), kAll);
}

TEST(Hiding, IsWiderByAShareOfTheHeight) {
    Overlay overlay(grey_info(), "effect=solid dilate=0.13 edge-smooth=0 hold=10");  // 4 pixels
    EXPECT_EQ(columns(overlay.draw(masked(stripe(16, 20)))), "...###....");
    EXPECT_EQ(columns(overlay.draw(old_masked(stripe(16, 20)))), "..#####...") << "once more with each picture";
    EXPECT_EQ(columns(overlay.draw(old_masked(stripe(16, 20)))), ".#######..");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(16, 20)))), "...###....");
    overlay.set("effect-on", "background");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), "###.######");
    overlay.set("dilate", "1");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), kAll);
}

TEST(Hiding, WidensObjectsButNotTheBackgroundByItself) {
    const GstVideoInfo info = grey_info(400, 300);
    const auto hidden = [&](const char* properties) {
        Overlay overlay(info, std::string("effect=solid edge-smooth=0 ") + properties);
        const Bytes drawn = bytes(overlay.draw(annotated(white(info), stripe(16, 20), kWidth, kHeight)));
        return std::count(drawn.begin(), drawn.begin() + 400, 16);
    };
    EXPECT_EQ(hidden(""), 40 + 2 * 3);
    EXPECT_EQ(hidden("effect-on=background"), 360);
}

TEST(Hiding, ChoosesObjects) {
    const auto drawn = [](const std::string& properties, const char* label = "person") {
        Overlay overlay(grey_info(), std::string(kSolid) + " " + properties);
        return columns(overlay.draw(masked(stripe(8, 20, label))));
    };
    EXPECT_EQ(drawn("objects=7,8"), "..###.....");
    EXPECT_EQ(drawn("objects=8"), kNothing);
    EXPECT_EQ(drawn("objects=8 effect-on=background"), kAll) << "what is not meant is background";
    EXPECT_EQ(drawn("classes=dog,person"), "..###.....");
    EXPECT_EQ(drawn("classes=dog"), kNothing);
    EXPECT_EQ(drawn("classes=dog objects=7"), "..###.....");
    EXPECT_EQ(drawn("except=7"), kNothing);
    EXPECT_EQ(drawn("except=person"), kNothing);
    EXPECT_EQ(drawn("except=dog"), "..###.....");
    EXPECT_EQ(drawn("effect-on=background except=person"), kAll);
}

TEST(Hiding, ChoosesObjectsForDrawing) {
    const auto changed = [](const std::string& properties) {
        Overlay overlay(grey_info(), "ids=true " + properties);
        return columns(overlay.draw(masked(stripe(8, 20)))) != kNothing;
    };
    EXPECT_TRUE(changed(""));
    EXPECT_FALSE(changed("except=7"));
    EXPECT_FALSE(changed("classes=dog"));
    EXPECT_TRUE(changed("classes=dog,person"));
}

TEST(Hiding, HidesWhatNobodySaysWhatItIs) {
    Overlay overlay(grey_info(), std::string(kSolid) + " classes=dog");
    ausm::Result result = stripe(8, 20);
    result.objects.clear();
    EXPECT_EQ(columns(overlay.draw(masked(std::move(result)))), "..###.....") << "it may be a dog";
    Buffer buffer = masked(stripe(8, 20));
    GstStructure* meta = gst_custom_meta_get_structure(gst_buffer_get_custom_meta(buffer.get(), GST_AUSM_META_NAME));
    const GValue* object = gst_value_array_get_value(gst_structure_get_value(meta, "objects"), 0);
    gst_structure_remove_field(const_cast<GstStructure*>(gst_value_get_structure(object)), "label");
    EXPECT_EQ(columns(overlay.draw(std::move(buffer))), "..###.....") << "a malformed object";
    EXPECT_EQ(overlay.warnings(), 1);
    overlay.set("effect-on", "background");
    result = stripe(8, 20, "dog");
    result.objects[0].value = 2;
    EXPECT_EQ(columns(overlay.draw(masked(std::move(result)))), kAll);
}

TEST(Hiding, RefusesToStartWithAListThatIsNone) {
    EXPECT_NE(start_error("maskoverlay objects=1,person").find("'person'"), std::string::npos);
    EXPECT_EQ(start_error("maskoverlay objects=1,2 classes=person except=3,dog"), "");
}

TEST(Hiding, HidesAllWhileAListIsNone) {
    Overlay overlay(grey_info(), kSolid);
    overlay.set("objects", "seven");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), kAll);
    EXPECT_NE(overlay.last_warning().find("'seven'"), std::string::npos);
    overlay.set("objects", "7");
    EXPECT_EQ(columns(overlay.draw(masked(stripe(8, 20)))), "..###.....");
    EXPECT_EQ(overlay.warnings(), 1);
}

TEST(Hiding, LeavesOutWhatCannotBeWrittenTo) {
    for (const char* properties : {kSolid, "effect=blur", "missing=hide", "missing=drop effect=pixelate"}) {
        Overlay overlay(grey_info(), properties);
        for (const bool with_masks : {false, true}) {
            Buffer buffer(gst_buffer_new_allocate(nullptr, 100, nullptr));
            if (with_masks)
                buffer = annotated(std::move(buffer), stripe(8, 20), kWidth, kHeight);
            EXPECT_EQ(columns(overlay.try_draw(std::move(buffer))), "left out") << properties;
        }
        Buffer lying = masked(stripe(8, 20));
        gst_buffer_add_video_meta(lying.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, kWidth, kHeight)
            ->stride[0] = 10 * kWidth;
        EXPECT_EQ(columns(overlay.try_draw(std::move(lying))), "left out") << properties;
        EXPECT_GE(overlay.warnings(), 1);
        EXPECT_TRUE(overlay.draw(masked(stripe(8, 20)))) << "the stream goes on";
    }
}

TEST(Hiding, LeavesPicturesThatOthersHoldAlone) {
    Overlay overlay(grey_info(), kSolid);
    Buffer buffer = white();
    const Buffer shared(gst_buffer_ref(buffer.get()));
    EXPECT_EQ(columns(overlay.draw(std::move(buffer))), kAll);
    EXPECT_EQ(columns(shared), kNothing);
}

TEST(Hiding, CanBeSwitchedOnAndOffWhilePlaying) {
    Overlay overlay(grey_info(), "style=none");
    EXPECT_EQ(columns(overlay.draw(white())), kNothing);
    overlay.set_all(kSolid);
    EXPECT_EQ(columns(overlay.draw(white())), kAll);
    overlay.set("effect", "overlay");
    EXPECT_EQ(columns(overlay.draw(white())), kNothing);
}

}  // namespace
