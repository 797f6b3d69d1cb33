// SPDX-License-Identifier: MIT
// The launch line of a report: the one that runs is the one that is printed.
#pragma once

#include "pipelines/report/settings.h"

#include <string>
#include <vector>

namespace ausm::report {

/// From the picture to the file.
struct Encoder {
    std::string name;                   ///< element that decides: x264enc
    std::vector<std::string> elements;  ///< every element of it, in order, with properties after their element
    std::string extension;              ///< ".mp4"
    std::string package;                ///< Debian package that `name` is in
};

/// NAME=VALUE as gst-launch-1.0 reads it: a value with blanks or quotes is quoted once for its own grammar.
std::string property(const std::string& name, const std::string& value);

/// Words of a launch line that read a file, URI or camera: one element named "source". Throws Failure when there is no
/// such thing.
std::vector<std::string> source_words(const std::string& input);

/// Words from raw video to the file `location`.
std::vector<std::string> file_words(const Encoder& encoder, const std::string& location);

/// `wanted`, or when empty the first that is installed; `note` gets a sentence when that is not the best one. Throws
/// Failure.
Encoder choose_encoder(const std::string& wanted, std::string& note);

/// True for cameras and network streams, which do not wait and may never end.
bool is_live(const std::string& input);

/// Words of the launch line: a source named "source", videoconvert named "input", ausmsegment named "segment",
/// maskoverlay named "overlay", the encoder, and a file `location`. Limits are not in it: identity's eos-after lets more
/// frames through when a decoder is before it. Throws Failure when the input or a file of the settings cannot be
/// read.
std::vector<std::string> launch_words(const Settings& settings, const Encoder& encoder, const std::string& location);

/// The words as one line for a shell, without the names of elements.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace ausm::report
