// SPDX-License-Identifier: MIT
// Parsing, and what to do about an error.
#include "pipelines/report/pipeline.h"

#include "pipelines/report/settings.h"

namespace ausm::report {

namespace {

std::string next_step(const GError* error) {
    if (g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND) ||
        g_error_matches(error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN))
        return "No decoder for this video is installed; ./setup installs the common ones (gstreamer1.0-libav).";
    if (g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND) ||
        g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE) ||
        g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX))
        return "The input is no video that can be read, or is damaged; try another one.";
    if (g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT) ||
        g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE) ||
        g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE))
        return "Make room, or choose another folder with --output.";
    if (g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ) ||
        g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE))
        return "The input cannot be opened; check the address, and that its server or camera answers.";
    if (g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY))
        return "Another program uses the camera; close it first.";
    if (g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED))
        return "With GST_DEBUG=3 before the command GStreamer says more.";
    return "";
}

}  // namespace

Owned<GstElement> make_pipeline(const std::vector<std::string>& words) {
    std::vector<const gchar*> arguments;
    arguments.reserve(words.size() + 1);
    for (const std::string& word : words)
        arguments.push_back(word.c_str());
    arguments.push_back(nullptr);
    GError* raw = nullptr;
    Owned<GstElement> pipeline(gst_parse_launchv_full(arguments.data(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &raw));
    const Owned<GError> error(raw);
    if (!pipeline)
        throw Failure(std::string("the pipeline cannot be made: ") + (error ? error->message : "unknown reason") +
                      "; ./setup installs what is needed.");
    return pipeline;
}

std::string problem_text(GstMessage* message) {
    GError* raw = nullptr;
    gchar* debug = nullptr;
    const bool fatal = GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR;
    if (fatal)
        gst_message_parse_error(message, &raw, &debug);
    else
        gst_message_parse_warning(message, &raw, &debug);
    const Owned<GError> error(raw);
    const Owned<char> ignored(debug);
    const std::string next = fatal ? next_step(error.get()) : "";
    return std::string(error->message) + (next.empty() ? "" : "\n" + next);
}

}  // namespace ausm::report
