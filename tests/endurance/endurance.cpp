// SPDX-License-Identifier: MIT
// A long stream through prompt, segment and overlay: its last tenth must cost what its second tenth cost.
#include "course.h"
#include "process_figures.h"

#include "pipelines/report/launch.h"
#include "pipelines/report/settings.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace ausm::endurance {
namespace {

constexpr std::size_t kBins = 200;
constexpr double kAllowed = 0.02;  // growth from the second tenth to the last
constexpr double kQuiet = 0.05;    // share of the processors that others may use where time is judged

/// Exit statuses; meson calls 77 skipped.
enum class Verdict { kPassed = 0, kFailed = 1, kNotJudged = 77 };

struct Settings {
    int frames = 2000, inference_size = 64;
    std::string course;
    bool check_time = false;
};

Settings read_settings(int argc, char** argv) {
    Settings settings;
    char* course = nullptr;
    gboolean check_time = FALSE;
    const GOptionEntry entries[] = {
        {"frames", 0, 0, G_OPTION_ARG_INT, &settings.frames, "Length of the stream (2000)", "N"},
        {"inference-size", 0, 0, G_OPTION_ARG_INT, &settings.inference_size, "Of ausmsegment (64)", "PIXELS"},
        {"course", 0, 0, G_OPTION_ARG_FILENAME, &course, "Write the course as a table", "CSV"},
        {"check-time", 0, 0, G_OPTION_ARG_NONE, &check_time, "The CPU time of a frame must not grow either", nullptr},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
    const report::Owned<GOptionContext> context(g_option_context_new(nullptr));
    g_option_context_set_summary(context.get(), "Runs a long stream and holds its last tenth against its second.");
    g_option_context_add_main_entries(context.get(), entries, nullptr);
    g_option_context_add_group(context.get(), gst_init_get_option_group());
    GError* raw = nullptr;
    const bool parsed = g_option_context_parse(context.get(), &argc, &argv, &raw);
    const report::Owned<GError> error(raw);
    const report::Owned<char> course_owner(course);
    if (!parsed)
        throw report::Failure(std::string(error->message) + "; --help lists the options.");
    if (settings.frames < static_cast<int>(kBins) * 2)
        throw report::Failure("--frames must be " + std::to_string(kBins * 2) + " or more.");
    settings.course = course ? course : "";
    settings.check_time = check_time;
    return settings;
}

std::vector<std::string> words_of(const Settings& settings) {
    return {"videotestsrc", "pattern=ball", "num-buffers=" + std::to_string(settings.frames), "!",
            "video/x-raw,format=I420,width=320,height=240,framerate=25/1", "!",
            // three objects: the ball's place, a corner, most of the picture
            "ausmprompt", report::property("box", "0.4,0.4,0.6,0.6;0,0,0.3,0.3;0.1,0.1,0.9,0.9"), "!", "ausmsegment",
            "name=segment", "inference-size=" + std::to_string(settings.inference_size), "!", "maskoverlay", "!",
            "fakesink", "name=sink", "sync=false"};
}

std::uint64_t state_bytes(const report::Meter& meter) {
    const auto stats = meter.stats("segment");
    guint64 bytes = 0;
    gst_structure_get_uint64(stats.get(), "state-bytes", &bytes);
    return bytes;
}

struct Course {
    std::vector<Bin> bins;
    std::vector<report::Mark> marks;
};

Course run(const Settings& settings) {
    const auto frames = static_cast<std::size_t>(settings.frames);
    report::Meter meter(words_of(settings), frames);
    std::vector<Bin> bins(kBins);  // touched now, so that it does not look like growth later
    std::size_t next = 0;
    for (std::size_t i = 0; i < kBins; ++i)
        bins[i].frame = frames * (i + 1) / kBins;
    meter.run([&](std::size_t marks) {
        if (next >= kBins || marks != bins[next].frame)
            return;
        bins[next].resident_megabytes = resident_megabytes();
        bins[next].descriptors = open_descriptors();
        bins[next].state_bytes = state_bytes(meter);
        bins[next].busy_seconds = busy_seconds();
        ++next;
    });
    if (next != kBins)
        throw report::Failure("only " + std::to_string(meter.marks().size()) + " of " + std::to_string(frames) +
                              " frames came through.");
    add_times(bins, meter.marks());
    return {std::move(bins), meter.marks()};
}

void show(const char* what, double second, double last, const char* verdict = "") {
    std::printf("%-20s second tenth %12.2f, last tenth %12.2f, ratio %.4f%s\n", what, second, last, last / second,
                verdict);
}

/// False when `last` is more than `allowed` above `second`.
bool holds(const char* what, double second, double last, double allowed) {
    const bool good = last <= second * (1 + allowed);
    show(what, second, last, good ? "" : "  TOO MUCH");
    return good;
}

/// Time is judged only where it is asked for and the machine has nothing else to do: another program must not fail a
/// test.
Verdict check_time(const Settings& settings, const Tenth& second, const Tenth& last) {
    show("milliseconds", second.milliseconds, last.milliseconds);
    show("CPU milliseconds", second.cpu_milliseconds, last.cpu_milliseconds);
    std::printf("%-20s second tenth %10.1f %%, last tenth %10.1f %%\n", "others use", 100 * second.others,
                100 * last.others);
    const bool quiet = std::max(second.others, last.others) <= kQuiet;
    if (settings.check_time && quiet)
        return holds("undisturbed CPU ms", second.least_cpu_milliseconds, last.least_cpu_milliseconds, kAllowed)
                   ? Verdict::kPassed
                   : Verdict::kFailed;
    show("undisturbed CPU ms", second.least_cpu_milliseconds, last.least_cpu_milliseconds);
    return settings.check_time ? Verdict::kNotJudged : Verdict::kPassed;
}

bool check_memory(const Tenth& second, const Tenth& last) {
    bool good = holds("resident MB", second.resident_megabytes, last.resident_megabytes, kAllowed);
    good = holds("state bytes, most", double(second.least_state), double(last.most_state), 0) && good;
    good = holds("descriptors, most", double(second.least_descriptors), double(last.most_descriptors), 0) && good;
    if (second.least_state > 0 && second.resident_megabytes > 0 && second.least_descriptors > 0)
        return good;
    std::printf("a figure is missing: the state's bytes, the resident memory or the descriptors are 0\n");
    return false;
}

Verdict check(const Course& course, const Settings& settings) {
    const Tenth second = tenth(course.bins, course.marks, 1), last = tenth(course.bins, course.marks, 9);
    const Verdict time = check_time(settings, second, last);
    if (!check_memory(second, last))
        return Verdict::kFailed;
    if (time == Verdict::kNotJudged)
        std::printf(
            "skipped: all but time is good; time is not judged while others use more than %.0f %% of the processors\n",
            100 * kQuiet);
    return time;
}

}  // namespace
}  // namespace ausm::endurance

int main(int argc, char** argv) {
    using namespace ausm::endurance;
    try {
        const Settings settings = read_settings(argc, argv);
        const auto course = run(settings);
        if (!settings.course.empty())
            write_csv(settings.course, course.bins);
        std::printf("%d frames of 320 x 240, inference-size %d\n", settings.frames, settings.inference_size);
        return static_cast<int>(check(course, settings));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "endurance: %s\n", error.what());
        return 1;
    }
}
