// SPDX-License-Identifier: MIT
// Asks upstream where a picture should have got its GstAusmMeta from.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>
#include <vector>

namespace ausm::gst {

/// Who attaches the metadata, and what a picture passes from there on.
struct MetaSource {
    std::string element;               ///< its name
    std::vector<std::string> between;  ///< names of the elements behind it, in the order of the stream; bins left out
};

/// Asks upstream of a sink pad by a custom query; nothing when no element says that it attaches the metadata to every
/// picture. Any thread; no lock of the element may be held.
[[nodiscard]] std::optional<MetaSource> find_meta_source(GstPad* sink);

/// For a warning: that the masks of an element upstream do not reach this sink pad, and what lies between. Empty when
/// there is no such element. As find_meta_source().
[[nodiscard]] std::string lost_meta(GstPad* sink);
/// What to do then.
inline constexpr const char* kMetaDroppers =
    "Encoders, crops, borders, flips, mixers and effects that make a new picture drop them. Put this element before "
    "it, or ausmsegment behind it.";

/// Whether this is the query, which answer_meta_source() answers.
[[nodiscard]] bool is_meta_source_query(GstQuery* query);
/// Names the source pad behind which every picture carries the metadata.
void answer_meta_source(GstQuery* query, GstPad* pad);

}  // namespace ausm::gst
