// SPDX-License-Identifier: MIT
// Segments a video, writes it with the masks drawn and a contact sheet, and prints what was found and how fast.
#include "pipelines/report/launch.h"
#include "pipelines/report/run.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

namespace ausm::report {
namespace {

namespace fs = std::filesystem;

std::string machine() {
    std::string name = "unknown processor";
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.rfind("model name", 0) == 0) {
            name = line.substr(std::min(line.size(), line.find(':') + 2));
            break;
        }
    return name + ", " + std::to_string(std::thread::hardware_concurrency()) + " threads";
}

void print_speed(const Outcome& outcome) {
    std::printf("speed: %.2f frames per second for the whole pipeline (%d frames in %.1f s) on %s\n",
                outcome.frames / outcome.running, outcome.frames, outcome.running, machine().c_str());
    const GstStructure* stats = outcome.stats.get();
    gint width = 0, height = 0;
    if (!stats ||
        !gst_structure_get(stats, "input-width", G_TYPE_INT, &width, "input-height", G_TYPE_INT, &height, nullptr))
        return;
    std::printf("model: input %d x %d; opening took %.1f s; milliseconds per frame:", width, height, outcome.opening);
    for (const char* phase : {"preprocess", "wait", "encode", "compress", "decode", "postprocess"}) {
        double milliseconds = 0;
        gst_structure_get_double(stats, phase, &milliseconds);
        std::printf(" %s %.1f", phase, milliseconds);
    }
    std::printf("\n");
}

void print(const Settings& settings, const Outcome& outcome, const Files& files, const std::string& line) {
    if (outcome.interrupted)
        std::printf("stopped by Ctrl-C; what came before is complete\n");
    if (outcome.object_count == 0)
        std::printf("objects: none was found%s\n", settings.prompted() ? "" : "; show one with --box or --points");
    else
        std::printf("objects: %zu\n%s", outcome.object_count, outcome.objects.c_str());
    print_speed(outcome);
    std::printf("video: %s\nsheet: %s\n", files.video.c_str(), files.sheet.c_str());
    const bool limited = settings.seconds > 0 || settings.frames > 0;
    std::printf("The launch line to copy%s:\n", limited ? ", here without the limit" : "");
    std::printf("%s%sgst-launch-1.0 -e %s\n", settings.prefix.c_str(), settings.prefix.empty() ? "" : " ",
                line.c_str());
}

/// Absolute, made if necessary. Throws Failure.
fs::path output_folder(const std::string& name) {
    std::error_code error;
    fs::path folder = fs::absolute(name, error).lexically_normal();
    if (!error)
        fs::create_directories(folder, error);
    if (error)
        throw Failure("the folder " + name + " cannot be made (" + error.message() +
                      "); choose another with --output.");
    return folder;
}

void report(int argc, char** argv) {
    const Settings settings = read_settings(argc, argv);
    std::string note;
    const Encoder encoder = choose_encoder(settings.encoder, note);
    if (!note.empty())
        std::fprintf(stderr, "note: %s\n", note.c_str());
    const fs::path folder = output_folder(settings.directory);
    const std::string video = folder / (settings.name + encoder.extension);
    const Files files{video + ".part", video,
                      folder / (settings.name + ".png")};  // a run that fails costs no older video
    try {
        const Outcome outcome = run(settings, launch_words(settings, encoder, files.part), files);
        print(settings, outcome, files, shell_line(launch_words(settings, encoder, video)));
    } catch (...) {
        std::error_code ignored;
        fs::remove(files.part, ignored);
        throw;
    }
}

}  // namespace
}  // namespace ausm::report

int main(int argc, char** argv) {
    try {
        ausm::report::report(argc, argv);
        return 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "demo: %s\n", failure.what());
        return 1;
    }
}
