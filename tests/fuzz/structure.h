// SPDX-License-Identifier: MIT
// GStreamer's structures with any fields, as another program or element could make them.
#pragma once

#include "fuzz.h"
#include "gst/raii.h"

#include <functional>
#include <utility>
#include <vector>

namespace ausm::fuzz {

/// Starts GStreamer once, without any plugin. From then on a critical warning of GLib ends the program.
void start_gstreamer();

/// Initialises an empty value: any number, text (also none), buffer (also none, empty, of several memories), list,
/// array, structure, fraction, range.
void any_value(GValue* value, Input& input, int depth = 0);

/// A buffer of `size` bytes, in one or several memories. Transfer full.
GstBuffer* any_buffer(Input& input, std::size_t size);

/// Sets a field to what should be there.
using Field = std::pair<const char*, std::function<void(GstStructure*, const char* name, Input&)>>;

/// Fields as they should be, but of each eight one is missing or of any type and value on average, and sometimes there
/// are further ones.
GstStructure* likely_structure(const char* name, const std::vector<Field>& fields, Input& input);

}  // namespace ausm::fuzz
