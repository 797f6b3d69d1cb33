// SPDX-License-Identifier: MIT
// What becomes of GstAusmMeta where an element makes a new buffer for its picture.
#pragma once

namespace ausm::gst {

/// A tagless companion of GstAusmMeta on the same buffers, empty, which only register_meta() knows how to read.
inline constexpr const char* kMetaCompanion = "GstAusmMetaCompanion";

/// Makes GStreamer know GstAusmMeta, its tags and its transform function. Thread-safe, also against other copies of this
/// library in the process; the first one counts.
///
/// The tags are video, size and orientation: only elements that promise to look after all three carry it over, the rest
/// drop it. Kept are whole copies of a buffer, and pictures that were converted or scaled to the same shape; parts of a
/// buffer, encoded pictures and pictures of another shape (borders, or stretched) get none. Maps are shared, not copied.
/// Uploads and downloads of GStreamer 1.22 drop everything that has tags: there the companion carries it over.
void register_meta();

}  // namespace ausm::gst
