// SPDX-License-Identifier: MIT
// Elements from launch lines, and properties from the configuration.
#pragma once

#include "pipelines/rtsp/config.h"

#include <string>

namespace ausm::rtsp {

/// A pipeline, and a bin whose open pads are its own. Throws Failure.
[[nodiscard]] Owned<GstElement> make_pipeline(const std::string& line);
[[nodiscard]] Owned<GstElement> make_bin(const std::string& line);

/// Throws Failure, which names the place in the configuration.
void set_properties(GstElement* element, const Properties& properties);

/// The element in the bin; it is there.
[[nodiscard]] Owned<GstElement> element_in(GstElement* bin, const char* name);

/// The text of an error or a warning.
[[nodiscard]] std::string problem_text(GstMessage* message);

/// Format of every picture behind a camera's input.
[[nodiscard]] std::string picture_caps(const CameraConfig& camera);

/// An appsrc "input" for them, as the beginning of a launch line: when `pictures` wait, the oldest gives way.
[[nodiscard]] std::string picture_source(const CameraConfig& camera, int pictures);

/// What reading the file alone cannot tell: whether the elements take the properties, and whether what is to be hidden
/// is. Throws Failure.
void check_elements(const Config& config);

}  // namespace ausm::rtsp
