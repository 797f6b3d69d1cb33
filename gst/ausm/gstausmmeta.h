// SPDX-License-Identifier: MIT
// Reads the segmentation that ausmsegment attaches to a video buffer: inline functions in C11 and C++, GStreamer only.
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * SECTION:gstausmmeta
 * @title: GstAusmMeta
 * @short_description: masks and objects of one picture
 *
 * The segmentation of a picture travels on its buffer as one custom metadata with the tags video, size and orientation:
 * copies, conversions and scaling to the same shape keep it; what turns, cuts, frames or encodes the picture drops it.
 * GStreamer knows it as soon as the plugin is loaded, which the first of its elements does. Its structure has the fields
 *
 * | field | type | meaning |
 * | --- | --- | --- |
 * | version | int | %GST_AUSM_META_VERSION |
 * | serial | guint64 | counts the pictures of the stream |
 * | width, height | int | pixels of the picture that was segmented |
 * | pixel-aspect-ratio | GstFraction | optional, shape of such a pixel, width to height: 1/1 when it is missing |
 * | fresh | boolean | FALSE: carried over from an earlier picture |
 * | source | string | name of the model |
 * | map | GstBuffer | GRAY8, map-height rows of map-width bytes without padding: 0 background, else an object's value |
 * | map-width, map-height | int | pixels of the map, need not be those of the picture |
 * | confidence | GstBuffer | optional, shaped as the map: probability of the map's value times 255 |
 * | objects | GstValueArray of GstStructure | every living object, see #GstAusmObject |
 *
 * Each object has the fields value (int), id (gint64), label (string), score (float), x0, y0, x1, y1, area (double),
 * state (string: new, tracked, absent, lost) and origin (string: prompt, auto).
 *
 * |[<!-- language="C" -->
 * GstAusmMetaView view;
 * GstMapInfo map;
 * if (gst_ausm_meta_get (buffer, &view) && gst_buffer_map (view.map, &map, GST_MAP_READ)) {
 *   for (guint i = 0; i < view.n_objects; i++) {
 *     GstAusmObject object;
 *     if (gst_ausm_meta_get_object (&view, i, &object))
 *       g_print ("object %" G_GINT64_FORMAT " covers %.1f %%\n", object.id, 100 * object.area);
 *   }
 *   g_print ("value in the middle: %d\n", map.data[view.map_height / 2 * view.map_width + view.map_width / 2]);
 *   gst_buffer_unmap (view.map, &map);
 * }
 * ]|
 *
 * All of it belongs to the buffer. To keep the map for longer than the buffer, take a reference: gst_buffer_ref (view.map).
 * In Python the object that get_value ('map') returns holds nothing: it is good only as long as the buffer is. Take
 * map.extract_dup (0, map.get_size ()) for bytes of your own, or map.copy_deep () for such a buffer, while you have the
 * sample.
 */

#define GST_AUSM_META_NAME "GstAusmMeta"
#define GST_AUSM_META_VERSION 1

/**
 * GstAusmMetaView:
 * @serial: counts the pictures of the stream
 * @width: pixels of the picture that was segmented
 * @height: pixels of the picture that was segmented
 * @pixel_aspect_n: width of such a pixel, in the unit of @pixel_aspect_d
 * @pixel_aspect_d: height of such a pixel
 * @fresh: FALSE when carried over from an earlier picture
 * @source: name of the model
 * @map: exactly @map_width x @map_height bytes, GRAY8, row after row: 0 background, else an object's value
 * @map_width: pixels of the map
 * @map_height: pixels of the map
 * @confidence: (nullable): as large as @map: probability of the map's value times 255
 * @n_objects: how many gst_ausm_meta_get_object() can give
 *
 * What a buffer carries, checked. Everything is borrowed from the buffer: valid while it is held and not written to.
 */
typedef struct {
    guint64 serial;
    gint width;
    gint height;
    gint pixel_aspect_n;
    gint pixel_aspect_d;
    gboolean fresh;
    const gchar* source;
    GstBuffer* map;
    gint map_width;
    gint map_height;
    GstBuffer* confidence;
    guint n_objects;
    /*< private >*/
    const GValue* objects;
} GstAusmMetaView;

/**
 * GstAusmObjectState:
 * @GST_AUSM_OBJECT_NEW: first picture of the object
 * @GST_AUSM_OBJECT_TRACKED: seen before and now
 * @GST_AUSM_OBJECT_ABSENT: not in this picture
 * @GST_AUSM_OBJECT_LOST: absent for more than max-age pictures. Prompted objects only, which are kept: it may come back
 */
typedef enum {
    GST_AUSM_OBJECT_NEW,
    GST_AUSM_OBJECT_TRACKED,
    GST_AUSM_OBJECT_ABSENT,
    GST_AUSM_OBJECT_LOST
} GstAusmObjectState;

/**
 * GstAusmObjectOrigin:
 * @GST_AUSM_OBJECT_PROMPT: somebody asked for it
 * @GST_AUSM_OBJECT_AUTO: the model found it
 */
typedef enum { GST_AUSM_OBJECT_PROMPT, GST_AUSM_OBJECT_AUTO } GstAusmObjectOrigin;

/**
 * GstAusmObject:
 * @id: 1 to 2^53, never used again in the stream
 * @value: its pixels in the map, 1 to 254, fixed for the object's life
 * @label: may be empty
 * @score: presence probability, 0 to 1
 * @x0: left edge of its pixels, 0 to 1 of the picture's width
 * @y0: upper edge, 0 to 1 of the picture's height
 * @x1: right edge; x0 = y0 = x1 = y1 = 0 when it has no pixels
 * @y1: lower edge
 * @area: share of the picture, 0 to 1
 * @state: what became of it in this picture
 * @origin: where it comes from
 */
typedef struct {
    gint64 id;
    gint value;
    const gchar* label;
    gfloat score;
    gdouble x0;
    gdouble y0;
    gdouble x1;
    gdouble y1;
    gdouble area;
    GstAusmObjectState state;
    GstAusmObjectOrigin origin;
} GstAusmObject;

/* Borrowed; NULL when the field is missing, of another type, or not of @size bytes. */
static inline GstBuffer* gst_ausm_meta_get_plane_(const GstStructure* structure, const gchar* field, gsize size) {
    const GValue* value = gst_structure_get_value(structure, field);
    GstBuffer* plane = value && GST_VALUE_HOLDS_BUFFER(value) ? gst_value_get_buffer(value) : NULL;

    return plane && gst_buffer_get_size(plane) == size ? plane : NULL;
}

/**
 * gst_ausm_meta_get:
 * @buffer: a video buffer
 * @view: (out caller-allocates): filled on success, undefined otherwise
 *
 * Returns: FALSE when @buffer carries no such metadata, or one that is malformed or of another version
 */
static inline gboolean gst_ausm_meta_get(GstBuffer* buffer, GstAusmMetaView* view) {
    GstCustomMeta* meta;
    const GstStructure* structure;
    gint version = 0;
    gsize size;

    meta = gst_buffer_get_custom_meta(buffer, GST_AUSM_META_NAME);
    structure = meta ? gst_custom_meta_get_structure(meta) : NULL;
    if (!structure || !gst_structure_get_int(structure, "version", &version) || version != GST_AUSM_META_VERSION)
        return FALSE;
    view->source = gst_structure_get_string(structure, "source");
    view->objects = gst_structure_get_value(structure, "objects");
    if (!view->source || !view->objects || !GST_VALUE_HOLDS_ARRAY(view->objects))
        return FALSE;
    view->n_objects = gst_value_array_get_size(view->objects);
    if (!gst_structure_get_uint64(structure, "serial", &view->serial) ||
        !gst_structure_get_int(structure, "width", &view->width) ||
        !gst_structure_get_int(structure, "height", &view->height) ||
        !gst_structure_get_boolean(structure, "fresh", &view->fresh) ||
        !gst_structure_get_int(structure, "map-width", &view->map_width) ||
        !gst_structure_get_int(structure, "map-height", &view->map_height))
        return FALSE;
    if (view->width <= 0 || view->height <= 0 || view->map_width <= 0 || view->map_height <= 0)
        return FALSE;
    view->pixel_aspect_n = view->pixel_aspect_d = 1;
    if (gst_structure_has_field(structure, "pixel-aspect-ratio") &&
        (!gst_structure_get_fraction(structure, "pixel-aspect-ratio", &view->pixel_aspect_n, &view->pixel_aspect_d) ||
         view->pixel_aspect_n <= 0 || view->pixel_aspect_d <= 0))
        return FALSE;
    size = (gsize)view->map_width * (gsize)view->map_height;
    view->map = gst_ausm_meta_get_plane_(structure, "map", size);
    view->confidence = gst_ausm_meta_get_plane_(structure, "confidence", size);
    return view->map && (view->confidence || !gst_structure_has_field(structure, "confidence"));
}

/* Index of the field's text in @names, -1 when it is none of them. */
static inline gint gst_ausm_meta_get_name_(const GstStructure* structure, const gchar* field,
                                           const gchar* const* names) {
    const gchar* text = gst_structure_get_string(structure, field);
    gint i;

    for (i = 0; text && names[i]; i++)
        if (g_str_equal(text, names[i]))
            return i;
    return -1;
}

/**
 * gst_ausm_meta_get_object:
 * @view: from gst_ausm_meta_get()
 * @index: 0 to @n_objects - 1
 * @object: (out caller-allocates): filled on success, undefined otherwise
 *
 * Returns: FALSE when there is no such object, or when it is malformed
 */
static inline gboolean gst_ausm_meta_get_object(const GstAusmMetaView* view, guint index, GstAusmObject* object) {
    static const gchar* const states[] = {"new", "tracked", "absent", "lost", NULL};
    static const gchar* const origins[] = {"prompt", "auto", NULL};
    const GValue* value;
    const GstStructure* structure;
    gdouble score;
    gint state, origin;

    if (index >= view->n_objects)
        return FALSE;
    value = gst_value_array_get_value(view->objects, index);
    structure = GST_VALUE_HOLDS_STRUCTURE(value) ? gst_value_get_structure(value) : NULL;
    if (!structure ||
        !gst_structure_get(structure, "id", G_TYPE_INT64, &object->id, "value", G_TYPE_INT, &object->value, "score",
                           G_TYPE_FLOAT, &object->score, "x0", G_TYPE_DOUBLE, &object->x0, "y0", G_TYPE_DOUBLE,
                           &object->y0, "x1", G_TYPE_DOUBLE, &object->x1, "y1", G_TYPE_DOUBLE, &object->y1, "area",
                           G_TYPE_DOUBLE, &object->area, NULL))
        return FALSE;
    object->label = gst_structure_get_string(structure, "label");
    state = gst_ausm_meta_get_name_(structure, "state", states);
    origin = gst_ausm_meta_get_name_(structure, "origin", origins);
    if (!object->label || state < 0 || origin < 0)
        return FALSE;
    object->state = (GstAusmObjectState)state;
    object->origin = (GstAusmObjectOrigin)origin;
    score = (gdouble)object->score;
    /* written so that a NaN fails */
    return object->id >= 1 && object->value >= 1 && object->value <= 254 && score >= 0 && score <= 1 &&
           object->x0 >= 0 && object->x0 <= object->x1 && object->x1 <= 1 && object->y0 >= 0 &&
           object->y0 <= object->y1 && object->y1 <= 1 && object->area >= 0 && object->area <= 1;
}

G_END_DECLS
