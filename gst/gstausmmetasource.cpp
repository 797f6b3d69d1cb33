// SPDX-License-Identifier: MIT
// The way upstream is the one that the query takes: pads that are not selected, or belong to others, are left out.
#include "gst/gstausmmetasource.h"

#include "gst/raii.h"

#include <algorithm>

namespace ausm::gst {
namespace {

constexpr const char* kQuery = "ausm-meta-source";
constexpr const char* kPad = "pad";
constexpr int kMostSteps = 256;  // a pipeline whose pads change meanwhile must not lead in a circle

Owned<GstQuery> new_query() {
    return Owned<GstQuery>(gst_query_new_custom(GST_QUERY_CUSTOM, gst_structure_new_empty(kQuery)));
}

/// The pad on the other side of the element, or of the edge of a bin, from which the metadata come.
Owned<GstPad> other_side(GstPad* pad) {
    const Owned<GstIterator> sides(gst_pad_iterate_internal_links(pad));
    Value side;
    while (sides && gst_iterator_next(sides.get(), side.get()) == GST_ITERATOR_OK) {
        auto* candidate = static_cast<GstPad*>(g_value_get_object(side.get()));
        if (gst_pad_peer_query(candidate, new_query().get()))
            return Owned<GstPad>(GST_PAD(gst_object_ref(candidate)));
        g_value_reset(side.get());
    }
    return nullptr;
}

std::string name_of(gpointer object) { return Owned<char>(gst_object_get_name(GST_OBJECT(object))).get(); }

}  // namespace

std::optional<MetaSource> find_meta_source(GstPad* sink) {
    const Owned<GstQuery> query = new_query();
    if (!gst_pad_peer_query(sink, query.get()))
        return std::nullopt;
    const GValue* answer = gst_structure_get_value(gst_query_get_structure(query.get()), kPad);
    if (!answer || !G_VALUE_HOLDS(answer, GST_TYPE_PAD))
        return std::nullopt;
    auto* source = static_cast<GstPad*>(g_value_get_object(answer));
    const Owned<GstObject> owner(gst_object_get_parent(GST_OBJECT(source)));
    MetaSource found{owner ? name_of(owner.get()) : name_of(source), {}};
    Owned<GstPad> pad(GST_PAD(gst_object_ref(sink)));
    for (int step = 0; pad && step < kMostSteps; ++step) {
        const Owned<GstPad> peer(gst_pad_get_peer(pad.get()));
        if (!peer || peer.get() == source)
            break;
        const Owned<GstObject> element(gst_object_get_parent(GST_OBJECT(peer.get())));
        if (element && GST_IS_ELEMENT(element.get()) && !GST_IS_BIN(element.get()))
            found.between.push_back(name_of(element.get()));
        pad = other_side(peer.get());
    }
    std::ranges::reverse(found.between);
    return found;
}

std::string lost_meta(GstPad* sink) {
    const auto source = find_meta_source(sink);
    if (!source)
        return {};
    std::string between;
    for (const std::string& name : source->between)
        between += (between.empty() ? "" : ", ") + name;
    return "The masks of " + source->element +
           " do not reach this picture: an element between does not carry them along (" +
           (between.empty() ? "none is known by name" : between) + ").";
}

bool is_meta_source_query(GstQuery* query) {
    const GstStructure* structure =
        GST_QUERY_TYPE(query) == GST_QUERY_CUSTOM ? gst_query_get_structure(query) : nullptr;
    return structure && gst_structure_has_name(structure, kQuery);
}

void answer_meta_source(GstQuery* query, GstPad* pad) {
    gst_structure_set(gst_query_writable_structure(query), kPad, GST_TYPE_PAD, pad, nullptr);
}

}  // namespace ausm::gst
