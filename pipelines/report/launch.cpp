// SPDX-License-Identifier: MIT
// Puts the launch line of a report together.
#include "pipelines/report/launch.h"

#include "pipelines/report/owner.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace ausm::report {

namespace {

namespace fs = std::filesystem;

bool starts_with(const std::string& text, const char* beginning) { return text.rfind(beginning, 0) == 0; }

bool is_camera(const std::string& input) { return starts_with(input, "/dev/video"); }

bool have(const std::string& element) {
    GstElementFactory* factory = gst_element_factory_find(element.c_str());
    if (!factory)
        return false;
    gst_object_unref(factory);
    return true;
}

bool complete(const Encoder& encoder) {
    // words with "=" are properties
    return std::all_of(encoder.elements.begin(), encoder.elements.end(),
                       [](const std::string& word) { return word.find('=') != word.npos || have(word); });
}

std::string readable_file(const std::string& file, const char* what) {
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        throw Failure("there is no " + std::string(what) + " '" + file + "'; check the name.");
    if (!fs::is_regular_file(file, ignored) || !std::ifstream(file))
        throw Failure("the " + std::string(what) + " '" + file + "' cannot be read; it must be a readable file.");
    return fs::absolute(file);
}

std::string uri(const std::string& input) {
    if (gst_uri_is_valid(input.c_str()) && input.find("://") != input.npos) {
        const Owned<char> protocol(gst_uri_get_protocol(input.c_str()));
        if (!gst_uri_protocol_is_supported(GST_URI_SRC, protocol.get()))
            throw Failure("no installed element reads " + std::string(protocol.get()) + ":// addresses.");
        return input;
    }
    const Owned<char> text(gst_filename_to_uri(readable_file(input, "video file").c_str(), nullptr));
    if (!text)
        throw Failure("'" + input + "' is no file name that can be opened.");
    return text.get();
}

void add(std::vector<std::string>& words, const std::vector<std::string>& more) {
    if (!words.empty())
        words.push_back("!");
    words.insert(words.end(), more.begin(), more.end());
}

void add_prompt(std::vector<std::string>& words, const Settings& settings) {
    if (!settings.prompted())
        return;
    add(words, {"ausmprompt"});
    if (!settings.box.empty())
        words.push_back(property("box", settings.box));
    if (!settings.points.empty())
        words.push_back(property("points", settings.points));
    if (!settings.mask.empty())
        words.push_back(property("mask-location", readable_file(settings.mask, "mask")));
    if (!settings.prompts.empty())
        words.push_back(property("location", readable_file(settings.prompts, "file of prompts")));
}

}  // namespace

std::string property(const std::string& name, const std::string& value) {
    const bool plain = value.find_first_of(" \t\n\"'\\!()") == value.npos;
    if (plain)
        return name + "=" + value;
    std::string quoted;
    for (const char c : value) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    return name + "=\"" + quoted + "\"";
}

std::vector<std::string> source_words(const std::string& input) {
    if (!is_camera(input))
        return {"uridecodebin", "name=source", property("uri", uri(input))};
    std::error_code ignored;
    if (!fs::is_character_file(input, ignored))
        throw Failure("there is no camera " + input + "; ls /dev/video* lists those that are there.");
    return {"v4l2src", "name=source", property("device", input)};
}

std::vector<std::string> file_words(const Encoder& encoder, const std::string& location) {
    std::vector<std::string> words;
    for (const std::string& word : encoder.elements) {
        if (word.find('=') == word.npos)
            add(words, {word});
        else
            words.push_back(word);
    }
    add(words, {"filesink", property("location", location)});
    return words;
}

Encoder choose_encoder(const std::string& wanted, std::string& note) {
    const std::vector<Encoder> known{
        {"x264enc", {"x264enc", "speed-preset=veryfast", "h264parse", "mp4mux"}, ".mp4", "gstreamer1.0-plugins-ugly"},
        {"openh264enc", {"openh264enc", "bitrate=4000000", "h264parse", "mp4mux"}, ".mp4", "gstreamer1.0-plugins-bad"},
        {"vp8enc", {"vp8enc", "deadline=1", "target-bitrate=4000000", "webmmux"}, ".webm", "gstreamer1.0-plugins-good"},
    };
    if (!wanted.empty()) {
        const auto found = std::find_if(known.begin(), known.end(), [&](const auto& e) { return e.name == wanted; });
        if (found == known.end())
            throw Failure("--encoder cannot be '" + wanted + "'; use x264enc, openh264enc or vp8enc.");
        if (!complete(*found))
            throw Failure(wanted + " or what it needs is missing; install " + found->package + ", or run ./setup.");
        return *found;
    }
    const auto found = std::find_if(known.begin(), known.end(), complete);
    if (found == known.end())
        throw Failure("no encoder is installed; run ./setup, which installs " + known.front().package + ".");
    if (found != known.begin())
        note = "x264enc is missing (" + known.front().package + "), so " + found->name + " writes " + found->extension;
    return *found;
}

bool is_live(const std::string& input) {
    return is_camera(input) || starts_with(input, "rtsp") || starts_with(input, "udp:") || starts_with(input, "srt:");
}

std::vector<std::string> launch_words(const Settings& settings, const Encoder& encoder, const std::string& location) {
    std::vector<std::string> words;
    add(words, source_words(settings.input));
    if (is_live(settings.input))
        add(words, {"queue", "leaky=downstream", "max-size-buffers=1"});
    add(words, {"videoconvert", "name=input"});
    add_prompt(words, settings);
    add(words, {"ausmsegment", "name=segment", "mode=" + settings.mode});
    add(words, {"maskoverlay", "name=overlay", "style=" + settings.style});
    add(words, {"queue"});
    add(words, {"videoconvert"});
    add(words, file_words(encoder, location));
    return words;
}

std::string shell_line(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) {
        if (starts_with(word, "name="))
            continue;
        const bool plain =
            word == "!" || std::all_of(word.begin(), word.end(), [](unsigned char c) {
                return g_ascii_isalnum(c) || (c && std::string("_-+=./:,%@").find(char(c)) != std::string::npos);
            });
        const Owned<char> quoted(g_shell_quote(word.c_str()));
        line += (line.empty() ? "" : " ") + (plain ? word : std::string(quoted.get()));
    }
    return line;
}

}  // namespace ausm::report
