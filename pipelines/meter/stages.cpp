// SPDX-License-Identifier: MIT
// Launch lines of the stages, the drawn clip, and the tool as a process.
#include "pipelines/meter/stages.h"

#include "pipelines/report/launch.h"
#include "pipelines/report/pipeline.h"
#include "pipelines/report/settings.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>

namespace ausm::report {

namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) {
    words.push_back("!");
    words.insert(words.end(), more.begin(), more.end());
}

Words stage_words(Stage stage, const BenchSettings& settings) {
    Words words = source_words(settings.input);
    append(words, {"videoconvert"});
    if (stage >= Stage::kSegment) {
        append(words, {"ausmprompt", property("box", settings.box)});
        append(words, {"ausmsegment", "name=segment"});
    }
    if (stage == Stage::kOverlay)
        append(words, {"maskoverlay"});
    if (stage == Stage::kHide)
        append(words, {"maskoverlay", "effect=blur", "effect-on=background", "ids=false", "labels=false"});
    append(words, {"fakesink", "name=sink", "sync=false"});
    return words;
}

/// To the end of the stream. Throws Failure.
void write_file(const Words& words) {
    const Owned<GstElement> pipeline = make_pipeline(words);
    const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    GstMessage* message =
        gst_bus_timed_pop_filtered(bus.get(), GST_CLOCK_TIME_NONE, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    const std::string problem = GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR ? problem_text(message) : "";
    gst_message_unref(message);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    if (!problem.empty())
        throw Failure("the clip cannot be made: " + problem);
}

/// Its standard output; the standard error output stays the terminal's. Throws Failure.
std::string output_of(const Words& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    char* text = nullptr;
    int status = 0;
    GError* raw = nullptr;
    const bool started = g_spawn_sync(nullptr, arguments.data(), nullptr, G_SPAWN_SEARCH_PATH, nullptr, nullptr, &text,
                                      nullptr, &status, &raw) &&
                         g_spawn_check_wait_status(status, &raw);
    const Owned<GError> error(raw);
    const Owned<char> output(text);
    if (!started)
        throw Failure(command.front() + " bench failed: " + error->message);
    return output ? output.get() : "";
}

}  // namespace

DrawnClip::DrawnClip(int frames) {
    std::string folder = (fs::temp_directory_path() / "ausm-bench-XXXXXX").string();
    if (!mkdtemp(folder.data()))
        throw Failure("no folder can be made in " + fs::temp_directory_path().string() +
                      "; set TMPDIR to one with room.");
    folder_ = folder;
    std::string ignored;
    const Encoder encoder = choose_encoder("", ignored);
    path_ = folder_ + "/clip" + encoder.extension;
    Words words{"videotestsrc", "pattern=ball", "num-buffers=" + std::to_string(frames)};
    append(words, {"video/x-raw,format=I420,width=1280,height=720,framerate=25/1"});
    append(words, file_words(encoder, path_));
    try {
        write_file(words);
    } catch (...) {
        fs::remove_all(folder_);
        throw;
    }
}

DrawnClip::~DrawnClip() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

StageRun run_stage(Stage stage, const BenchSettings& settings) {
    const auto frames = static_cast<std::size_t>(kWarmUp + settings.frames);
    Meter meter(stage_words(stage, settings), frames);
    meter.run();
    StageRun run{pace(meter.marks(), kWarmUp - 1, meter.marks().size()), meter.width(), meter.height()};
    if (stage >= Stage::kSegment)
        gst_structure_get_double(meter.stats("segment").get(), "latency-p50", &run.element);
    return run;
}

ModelRun run_model(const BenchSettings& settings, int width, int height) {
    const std::string text = output_of({settings.tool, "bench", "--json", "--frames", std::to_string(settings.frames),
                                        "--width", std::to_string(width), "--height", std::to_string(height)});
    try {
        const auto json = nlohmann::json::parse(text);
        const auto& run = json.at("runs").at(0);
        return {{run.at("milliseconds").at("frame"), run.at("cpu-milliseconds")},
                run.at("gflop").at("frame"),
                json.at("machine").at("mm").at("gflop-per-second"),
                json.at("precision"),
                json.at("model"),
                json.at("threads")};
    } catch (const nlohmann::json::exception& error) {
        throw Failure(settings.tool + " bench does not answer as expected (" + error.what() +
                      "); is it of this build?");
    }
}

}  // namespace ausm::report
