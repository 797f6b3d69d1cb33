// SPDX-License-Identifier: MIT
// Where GstAusmMeta goes when GStreamer makes a new buffer for a picture, and where it does not.
#include "gst/gstausmmetatransform.h"

#include "gst/ausm/gstausmmeta.h"
#include "gst/gstausmmeta.h"
#include "gst/raii.h"

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

namespace {

using Buffer = ausm::gst::Owned<GstBuffer>;

constexpr gsize kSize = 64 * 48 * 3 / 2;

Buffer plain(gsize size = kSize) { return Buffer(gst_buffer_new_allocate(nullptr, size, nullptr)); }

/// With the video metadata that a pool gives to an I420 picture.
Buffer with_video_meta(Buffer buffer, guint width, guint height) {
    gst_buffer_add_video_meta(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, width, height);
    return buffer;
}

Buffer segmented(Buffer buffer = plain()) {
    ausm::Result result;
    result.map_width = 8;
    result.map_height = 6;
    result.map.assign(48, 1);
    EXPECT_TRUE(ausm::gst::attach_meta(buffer.get(), result, {64, 48, true, "test", 5}));
    return buffer;
}

GstCustomMeta* meta_of(const Buffer& buffer) { return gst_buffer_get_custom_meta(buffer.get(), GST_AUSM_META_NAME); }

GstBuffer* map_of(const Buffer& buffer) {
    GstAusmMetaView view;
    return gst_ausm_meta_get(buffer.get(), &view) ? view.map : nullptr;
}

/// What elements do with the metadata of `from` that they want to copy: those with tags, or those without.
enum class Offer { kTagged, kTagless };
void offer(const Buffer& to, const Buffer& from, Offer wanted, bool part = false) {
    GstMetaTransformCopy copy{part, 0, part ? gsize{1} : static_cast<gsize>(-1)};
    gpointer state = nullptr;
    while (GstMeta* meta = gst_buffer_iterate_meta(from.get(), &state)) {
        const bool tagless = gst_meta_api_type_get_tags(meta->info->api) == nullptr;
        if (tagless != (wanted == Offer::kTagless) ||
            gst_meta_api_type_has_tag(meta->info->api, g_quark_from_static_string(GST_META_TAG_MEMORY_STR)))
            continue;
        EXPECT_TRUE(meta->info->transform_func(to.get(), meta, from.get(), g_quark_from_string("gst-copy"), &copy));
    }
}

struct Picture {
    int width, height, par_n = 1, par_d = 1;
};
bool scaled(const Picture& from, const Picture& to) {
    GstVideoInfo in, out;
    gst_video_info_set_format(&in, GST_VIDEO_FORMAT_I420, static_cast<guint>(from.width),
                              static_cast<guint>(from.height));
    gst_video_info_set_format(&out, GST_VIDEO_FORMAT_RGB, static_cast<guint>(to.width), static_cast<guint>(to.height));
    in.par_n = from.par_n, in.par_d = from.par_d, out.par_n = to.par_n, out.par_d = to.par_d;
    GstVideoMetaTransform scaling{&in, &out};
    const Buffer original = segmented(), made = plain(out.size);
    GstMeta* meta = &meta_of(original)->meta;
    meta->info->transform_func(made.get(), meta, original.get(), gst_video_meta_transform_scale_get_quark(), &scaling);
    EXPECT_TRUE(!meta_of(made) || map_of(made) == map_of(original)) << "the map was copied";
    return meta_of(made) != nullptr;
}

TEST(Copies, CarryItAndShareTheMap) {
    const Buffer original = segmented();
    for (const Buffer& copy : {Buffer(gst_buffer_copy(original.get())), Buffer(gst_buffer_copy_deep(original.get())),
                               Buffer(gst_buffer_copy(Buffer(gst_buffer_copy(original.get())).get()))}) {
        ASSERT_TRUE(map_of(copy));
        EXPECT_EQ(map_of(copy), map_of(original));
    }
}

TEST(Copies, OfTheMetadataOntoAPictureOfTheSameSizeCarryIt) {
    const Buffer original = segmented(), made = plain();
    gst_buffer_copy_into(made.get(), original.get(), GST_BUFFER_COPY_METADATA, 0, static_cast<gsize>(-1));
    EXPECT_TRUE(meta_of(made));
}

TEST(Copies, CarryOneOnly) {
    const Buffer original = segmented(), made = segmented();
    gst_buffer_copy_into(made.get(), original.get(), GST_BUFFER_COPY_META, 0, static_cast<gsize>(-1));
    EXPECT_EQ(gst_buffer_get_n_meta(made.get(), meta_of(made)->meta.info->api), 1u);
    EXPECT_EQ(map_of(made), map_of(original));
}

TEST(Parts, OfABufferCarryNothing) {
    const Buffer original = segmented();
    const Buffer part(gst_buffer_copy_region(original.get(), GST_BUFFER_COPY_ALL, 0, kSize / 2));
    EXPECT_FALSE(meta_of(part));
    EXPECT_FALSE(gst_buffer_get_custom_meta(part.get(), ausm::gst::kMetaCompanion));
    const Buffer same_size = plain();
    offer(same_size, original, Offer::kTagged, true);
    EXPECT_FALSE(meta_of(same_size));
}

TEST(EncodedPictures, CarryNothing) {
    const Buffer original = segmented(), encoded = plain(kSize / 7);
    offer(encoded, original, Offer::kTagged);
    offer(encoded, original, Offer::kTagless);
    EXPECT_FALSE(meta_of(encoded));
    const Buffer pooled = segmented(with_video_meta(plain(), 64, 48));
    offer(encoded, pooled, Offer::kTagged);
    offer(encoded, pooled, Offer::kTagless);
    EXPECT_FALSE(meta_of(encoded));
    EXPECT_FALSE(gst_buffer_get_custom_meta(encoded.get(), ausm::gst::kMetaCompanion));
}

TEST(RawPictures, InPaddedMemoryCarryIt) {
    const Buffer original = segmented(), padded = with_video_meta(plain(2 * kSize), 64, 48);
    offer(padded, original, Offer::kTagged);
    EXPECT_TRUE(meta_of(padded));
    const Buffer unpadded = plain();
    offer(unpadded, padded, Offer::kTagged);
    EXPECT_TRUE(meta_of(unpadded)) << "the size of an I420 picture of 64x48";
}

TEST(RawPictures, OfAnotherSizeCarryNothing) {
    const Buffer original = segmented(with_video_meta(plain(), 64, 48)), cut = with_video_meta(plain(), 48, 64);
    offer(cut, original, Offer::kTagged);
    EXPECT_FALSE(meta_of(cut));
}

TEST(ScaledPictures, OfTheSameShapeCarryIt) {
    EXPECT_TRUE(scaled({64, 48}, {64, 48})) << "a conversion";
    EXPECT_TRUE(scaled({1280, 720}, {320, 180}));
    EXPECT_TRUE(scaled({320, 240}, {160, 160, 4, 3})) << "other pixels, the same shape";
    EXPECT_TRUE(scaled({720, 576, 16, 15}, {768, 576}));
    EXPECT_TRUE(scaled({1920, 1080}, {1366, 768})) << "0.3 pixels are rounding";
    EXPECT_TRUE(scaled({1280, 720}, {1, 1}));
}

TEST(ScaledPictures, OfAnotherShapeCarryNothing) {
    EXPECT_FALSE(scaled({320, 240}, {160, 160}));
    EXPECT_FALSE(scaled({320, 240}, {320, 180}));
    EXPECT_FALSE(scaled({1920, 1080}, {1920, 1088})) << "8 lines of border";
    EXPECT_FALSE(scaled({720, 576, 16, 15}, {720, 576}));
}

TEST(OtherTransforms, CarryNothing) {
    const Buffer original = segmented(), made = plain();
    for (const char* name : {GST_AUSM_META_NAME, ausm::gst::kMetaCompanion}) {
        GstMeta* meta = &gst_buffer_get_custom_meta(original.get(), name)->meta;
        EXPECT_FALSE(meta->info->transform_func(made.get(), meta, original.get(),
                                                g_quark_from_static_string("ausm-test-transform"), nullptr));
    }
    EXPECT_FALSE(meta_of(made));
}

// GStreamer's own tests of tags, as payloaders and filters make them.
TEST(Tags, SayThatItBelongsToThePicture) {
    const Buffer original = segmented();
    const GType api = meta_of(original)->meta.info->api;
    for (const char* tag : {GST_META_TAG_VIDEO_STR, GST_META_TAG_VIDEO_SIZE_STR, GST_META_TAG_VIDEO_ORIENTATION_STR})
        EXPECT_TRUE(gst_meta_api_type_has_tag(api, g_quark_from_static_string(tag))) << tag;
}

/// A picture in memory that calls itself what GStreamer's CUDA and GL memories do, with their padding; its bytes are the
/// system's.
Buffer moved_to(const char* type) {
    GstMemory* memory = gst_allocator_alloc(nullptr, 2 * kSize, nullptr);
    static std::map<std::string, GstAllocator*> allocators;  // never freed: GStreamer warns where this type is
    GstAllocator*& allocator = allocators[type];
    if (!allocator)
        allocator = GST_ALLOCATOR(gst_object_ref_sink(g_object_new(G_OBJECT_TYPE(memory->allocator), nullptr)));
    allocator->mem_type = type;
    gst_object_unref(std::exchange(memory->allocator, GST_ALLOCATOR(gst_object_ref(allocator))));
    Buffer buffer(gst_buffer_new());
    gst_buffer_append_memory(buffer.get(), memory);
    return with_video_meta(std::move(buffer), 64, 48);
}

TEST(MovedPictures, CarryItPastElementsThatDropWhatHasTags) {
    for (const char* type : {"gst.cuda.memory", "GLMemory", "GLMemoryPBO"}) {
        const Buffer original = segmented(), uploaded = moved_to(type), downloaded = plain(),
                     encoded = plain(kSize / 7);
        offer(uploaded, original, Offer::kTagless);
        ASSERT_TRUE(meta_of(uploaded)) << type;
        offer(downloaded, uploaded, Offer::kTagless);
        ASSERT_TRUE(meta_of(downloaded)) << type;
        EXPECT_EQ(map_of(downloaded), map_of(original));
        offer(encoded, uploaded, Offer::kTagless);
        EXPECT_FALSE(meta_of(encoded)) << type;
    }
    const Buffer on_cuda = segmented(moved_to("gst.cuda.memory")), on_gl = moved_to("GLMemory");
    offer(on_gl, on_cuda, Offer::kTagless);
    EXPECT_TRUE(meta_of(on_gl));
}

/// What turns the picture looks to the tagless companion like what leaves it as it is.
TEST(MovedPictures, InTheSameKindOfMemoryCarryNothing) {
    for (const char* type : {"gst.cuda.memory", "GLMemory"}) {
        const Buffer original = segmented(moved_to(type)), turned = moved_to(type);
        offer(turned, original, Offer::kTagless);
        EXPECT_FALSE(meta_of(turned)) << type;
    }
    const Buffer original = segmented(), turned = plain();
    offer(turned, original, Offer::kTagless);
    EXPECT_FALSE(meta_of(turned));
    EXPECT_FALSE(gst_buffer_get_custom_meta(turned.get(), ausm::gst::kMetaCompanion));
}

}  // namespace
