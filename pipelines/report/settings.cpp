// SPDX-License-Identifier: MIT
// The command line of the report.
#include "pipelines/report/settings.h"

#include "pipelines/report/owner.h"

#include <algorithm>
#include <cmath>

namespace ausm::report {

namespace {

/// The strings that GOption allocates; absent options leave the default.
struct Texts {
    char *box = nullptr, *points = nullptr, *mask = nullptr, *prompts = nullptr, *mode = nullptr, *style = nullptr;
    char *encoder = nullptr, *directory = nullptr, *name = nullptr, *caption = nullptr, *prefix = nullptr;
    char** inputs = nullptr;

    Texts() = default;
    Texts(const Texts&) = delete;
    Texts& operator=(const Texts&) = delete;
    ~Texts() {
        for (char* text : {box, points, mask, prompts, mode, style, encoder, directory, name, caption, prefix})
            g_free(text);
        g_strfreev(inputs);
    }
};

void take(std::string& setting, const char* text) {
    if (text)
        setting = text;
}

void check(const Settings& settings) {
    const auto one_of = [](const char* option, const std::string& value, std::initializer_list<const char*> known) {
        if (std::find(known.begin(), known.end(), value) != known.end())
            return;
        std::string text = std::string(option) + " cannot be '" + value + "'; use one of:";
        for (const char* name : known)
            text += std::string(" ") + name;
        throw Failure(text);
    };
    one_of("--mode", settings.mode, {"auto", "all", "prompted", "discovery"});
    one_of("--style", settings.style, {"fill", "contour", "both"});
    if (settings.frames < 0)
        throw Failure("--frames must be 1 or more; leave it out for the whole video.");
    if (!(settings.seconds >= 0) || !std::isfinite(settings.seconds) || settings.seconds > 1e6)
        throw Failure("--seconds must be above 0; leave it out for the whole video.");
    if (settings.mode == "prompted" && !settings.prompted())
        throw Failure("--mode prompted follows only what it is shown; add --box, --points, --mask or --prompts.");
    if (settings.mode == "discovery" && settings.prompted())
        throw Failure("--mode discovery takes no prompts; use --mode all for both, or leave out --mode.");
    if (settings.name.empty() || settings.name.find('/') != std::string::npos)
        throw Failure("--name is the beginning of a file name, without a folder; use --output for that.");
}

}  // namespace

Settings read_settings(int argc, char** argv) {
    Settings settings;
    Texts texts;
    const GOptionEntry entries[] = {
        {"box", 0, 0, G_OPTION_ARG_STRING, &texts.box, "Follow what is in the box on the first frame", "X0,Y0,X1,Y1"},
        {"points", 0, 0, G_OPTION_ARG_STRING, &texts.points, "Follow what is at the point on the first frame", "X,Y"},
        {"mask", 0, 0, G_OPTION_ARG_FILENAME, &texts.mask, "Follow the objects of an index PNG", "PNG"},
        {"prompts", 0, 0, G_OPTION_ARG_FILENAME, &texts.prompts, "Prompts for any frame, JSON lines", "FILE"},
        {"mode", 0, 0, G_OPTION_ARG_STRING, &texts.mode, "auto, all, prompted or discovery", "MODE"},
        {"style", 0, 0, G_OPTION_ARG_STRING, &texts.style, "fill, contour or both", "STYLE"},
        {"frames", 0, 0, G_OPTION_ARG_INT, &settings.frames, "Stop after N frames", "N"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &settings.seconds, "Stop after S seconds of video", "S"},
        {"output", 0, 0, G_OPTION_ARG_FILENAME, &texts.directory, "Folder for the video and the sheet", "DIR"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &texts.name, "Beginning of their names", "NAME"},
        {"encoder", 0, 0, G_OPTION_ARG_STRING, &texts.encoder, "x264enc, openh264enc or vp8enc", "ELEMENT"},
        {"caption", 0, 0, G_OPTION_ARG_STRING, &texts.caption, "Line under the contact sheet", "TEXT"},
        {"prefix", 0, 0, G_OPTION_ARG_STRING, &texts.prefix, "Put before the launch line", "TEXT"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &texts.inputs, nullptr, "FILE | URI | /dev/videoN"},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
    const Owned<GOptionContext> context(g_option_context_new(nullptr));
    g_option_context_set_summary(context.get(),
                                 "Segments a video, writes it with the masks drawn and a contact sheet.");
    g_option_context_add_main_entries(context.get(), entries, nullptr);
    g_option_context_add_group(context.get(), gst_init_get_option_group());
    GError* raw = nullptr;
    const bool parsed = g_option_context_parse(context.get(), &argc, &argv, &raw);
    const Owned<GError> error(raw);
    if (!parsed)
        throw Failure(std::string(error->message) + "; --help lists the options.");
    if (!texts.inputs || g_strv_length(texts.inputs) != 1)
        throw Failure("give one video: a file, a URI or /dev/videoN.");
    settings.input = texts.inputs[0];
    take(settings.box, texts.box);
    take(settings.points, texts.points);
    take(settings.mask, texts.mask);
    take(settings.prompts, texts.prompts);
    take(settings.mode, texts.mode);
    take(settings.style, texts.style);
    take(settings.encoder, texts.encoder);
    take(settings.directory, texts.directory);
    take(settings.name, texts.name);
    take(settings.caption, texts.caption);
    take(settings.prefix, texts.prefix);
    check(settings);
    return settings;
}

}  // namespace ausm::report
