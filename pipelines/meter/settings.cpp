// SPDX-License-Identifier: MIT
// The command line of pipelines/bench.
#include "pipelines/report/settings.h"
#include "pipelines/meter/stages.h"

#include <filesystem>

namespace ausm::report {

namespace {

constexpr int kMostFrames = 100000, kMostRounds = 100;

}  // namespace

BenchSettings read_bench_settings(int argc, char** argv) {
    BenchSettings settings;
    char *box = nullptr, *tool = nullptr;
    char** inputs = nullptr;
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"frames", 0, 0, G_OPTION_ARG_INT, &settings.frames, "Frames to measure, after 10 to warm up (100)", "N"},
        {"rounds", 0, 0, G_OPTION_ARG_INT, &settings.rounds, "Times that everything is measured (3)", "N"},
        {"box", 0, 0, G_OPTION_ARG_STRING, &box, "What is followed (0.3,0.3,0.7,0.7)", "X0,Y0,X1,Y1"},
        {"tool", 0, 0, G_OPTION_ARG_FILENAME, &tool, "The program ausm", "PATH"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "JSON, for programs", nullptr},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &inputs, nullptr, "[FILE]"},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
    const Owned<GOptionContext> context(g_option_context_new(nullptr));
    g_option_context_set_summary(context.get(),
                                 "Times decoding, segmenting and drawing, and the model without a pipeline.");
    g_option_context_add_main_entries(context.get(), entries, nullptr);
    g_option_context_add_group(context.get(), gst_init_get_option_group());
    GError* raw = nullptr;
    const bool parsed = g_option_context_parse(context.get(), &argc, &argv, &raw);
    const Owned<GError> error(raw);
    const Owned<char> box_owner(box), tool_owner(tool);
    const std::unique_ptr<char*, decltype(&g_strfreev)> inputs_owner(inputs, g_strfreev);
    if (!parsed)
        throw Failure(std::string(error->message) + "; --help lists the options.");
    if (inputs && g_strv_length(inputs) > 1)
        throw Failure("give one file, or none for a drawn clip.");
    if (settings.frames < 2 || settings.frames > kMostFrames)
        throw Failure("--frames must lie in 2 .. " + std::to_string(kMostFrames) + ".");
    if (settings.rounds < 1 || settings.rounds > kMostRounds)
        throw Failure("--rounds must lie in 1 .. " + std::to_string(kMostRounds) + ".");
    if (inputs)
        settings.input = inputs[0];
    if (!settings.input.empty() && !std::filesystem::is_regular_file(settings.input))
        throw Failure("there is no video file '" + settings.input + "'; check the name.");
    settings.box = box ? box : settings.box;
    settings.tool = tool ? tool : settings.tool;
    settings.json = json;
    return settings;
}

}  // namespace ausm::report
