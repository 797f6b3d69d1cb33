// SPDX-License-Identifier: MIT
// Several streams through one ausmsegment against the model's own batch of as many and against a process for each:
// frames per second of all streams together, processor time and memory, every way as processes of its own, in turn.
#include "gst/gstausmruntime.h"
#include "gst/raii.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace ausm;
using ausm::gst::Owned;

namespace {

constexpr int kWidth = 640, kHeight = 360;
constexpr int kWait = 100'000;  // microseconds: the raw batch is complete
constexpr const char* kBox = "0.3,0.3,0.7,0.7";

struct Way {
    std::string name;
    const char* text;
    bool processes;  // one for each stream
};
const std::array kWays{Way{"element", "one ausmsegment", false}, Way{"single", "libausm, frame by frame", false},
                       Way{"batch", "libausm, as one batch", false}, Way{"process", "a process for each", true}};

struct Settings {
    int streams = 8, frames = 20, rounds = 3;
};

// ---- in a process of its own --------------------------------------------------------------------------------------

/// Processor time that this process has used, in milliseconds.
double cpu_milliseconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

/// Tells the parent that everything is warm, waits until all are. Gives the processor time used so far.
double wait_for_start() {
    char byte = 'r';
    if (write(STDOUT_FILENO, &byte, 1) != 1 || read(STDIN_FILENO, &byte, 1) != 1)
        std::exit(1);
    return cpu_milliseconds();
}

/// Share of the memory that is this process's, in megabytes.
double megabytes() {
    std::ifstream file("/proc/self/smaps_rollup");
    std::string word;
    double kilobytes = 0;
    while (file >> word)
        if (word == "Pss:" && file >> kilobytes)
            break;
    return kilobytes / 1024;
}

/// What the parent reads when the streams have ended.
void report(double cpu_at_start) {
    std::printf("%.1f %.1f\n", megabytes(), cpu_milliseconds() - cpu_at_start);
    std::fflush(stdout);
}

void run_pipeline(int streams, int frames) {
    std::string launch = "ausmsegment name=s mode=prompted latency=0";
    for (int i = 0; i < streams; ++i) {
        const std::string number = std::to_string(i);
        launch += " videotestsrc pattern=ball num-buffers=" + std::to_string(frames + 1) +
                  " ! video/x-raw,format=I420,framerate=25/1,width=" + std::to_string(kWidth) +
                  ",height=" + std::to_string(kHeight) + " ! ausmprompt box=" + kBox + " ! s.sink_" + number +
                  " s.src_" + number + " ! fakesink sync=false";
    }
    const Owned<GstElement> pipeline(gst_parse_launch(launch.c_str(), nullptr));
    const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
    gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
    if (gst_element_get_state(pipeline.get(), nullptr, nullptr, GST_CLOCK_TIME_NONE) != GST_STATE_CHANGE_SUCCESS)
        throw std::runtime_error("the pipeline does not start");
    const double cpu = wait_for_start();
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const Owned<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(), GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    if (GST_MESSAGE_TYPE(end.get()) != GST_MESSAGE_EOS)
        throw std::runtime_error("the pipeline failed");
    report(cpu);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

/// One stream of libausm: a square that moves over grey.
class RawStream {
public:
    explicit RawStream(Engine& engine) : pixels_(std::size_t{3} * kWidth * kHeight) {
        SessionOptions options;
        options.mode = Mode::kPrompted;
        options.batch_timeout = kWait;
        session_ = engine.session(options);
        Prompt prompt;
        prompt.box = {0.3, 0.3, 0.7, 0.7};
        step({prompt});
    }
    void step(std::vector<Prompt> prompts = {}) {
        std::ranges::fill(pixels_, std::uint8_t{0x60});
        for (int y = kHeight / 3; y < kHeight * 2 / 3; ++y)
            std::fill_n(pixels_.begin() + 3 * (y * kWidth + kWidth / 3 + frame_ % 50), kWidth, std::uint8_t{0xe0});
        ++frame_;
        Frame frame;
        frame.width = kWidth, frame.height = kHeight;
        frame.planes[0] = {pixels_.data(), std::ptrdiff_t{3} * kWidth};
        if (session_->step(frame, std::move(prompts), result_) != StepStatus::kOk)
            throw std::runtime_error("a frame was interrupted");
    }

private:
    std::vector<std::uint8_t> pixels_;
    std::unique_ptr<Session> session_;
    Result result_;
    int frame_ = 0;
};

void run_raw(int streams, int frames, int batch) {
    EngineOptions options;
    options.batch = batch;
    const auto opened = ausm::gst::open_engine(options);
    if (!opened.engine)
        throw std::runtime_error(opened.error.message);
    std::vector<RawStream> raw;
    for (int i = 0; i < streams; ++i)
        raw.emplace_back(*opened.engine);
    const double cpu = wait_for_start();
    std::vector<std::thread> threads;
    for (RawStream& stream : raw)
        threads.emplace_back([&stream, frames] {
            for (int i = 0; i < frames; ++i)
                stream.step();
        });
    for (std::thread& thread : threads)
        thread.join();
    report(cpu);
}

/// What is measured is on the standard output; the process waits until the others have measured, too.
int child(const std::string& way, int streams, int frames) {
    if (way == "element" || way == "process")
        run_pipeline(streams, frames);
    else
        run_raw(streams, frames, way == "batch" ? streams : 1);
    char byte = 0;
    return read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}

// ---- in the parent ------------------------------------------------------------------------------------------------

struct Figures {
    double frames_per_second = 0, cpu_milliseconds = 0, megabytes = 0;
};

class Child {
public:
    Child(const std::string& way, int streams, int frames) {
        std::array<int, 2> in{}, out{};
        if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
            throw std::runtime_error("no pipe");
        pid_ = fork();
        if (pid_ == 0) {
            dup2(in[0], STDIN_FILENO);
            dup2(out[1], STDOUT_FILENO);
            execl("/proc/self/exe", "streams_benchmark", "--child", way.c_str(), std::to_string(streams).c_str(),
                  std::to_string(frames).c_str(), nullptr);
            _exit(1);
        }
        close(in[0]);
        close(out[1]);
        to_ = in[1];
        from_ = out[0];
    }
    ~Child() {
        close(to_);
        close(from_);
        waitpid(pid_, nullptr, 0);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void wait_until_warm() { (void)receive(); }
    void start() const {
        if (write(to_, "g", 1) != 1)
            throw std::runtime_error("a process has ended early");
    }
    /// Adds its memory and processor time, when its streams have ended.
    void finish(Figures& figures) {
        std::string text;
        for (char byte = receive(); byte != '\n'; byte = receive())
            text += byte;
        double megabytes = 0, cpu = 0;
        std::istringstream(text) >> megabytes >> cpu;
        figures.megabytes += megabytes;
        figures.cpu_milliseconds += cpu;
    }

private:
    char receive() const {
        char byte = 0;
        if (read(from_, &byte, 1) != 1)
            throw std::runtime_error("a process has ended early");
        return byte;
    }

    pid_t pid_ = -1;
    int to_ = -1, from_ = -1;
};

Figures measure(const Way& way, const Settings& settings) {
    const int processes = way.processes ? settings.streams : 1;
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < processes; ++i)
        children.push_back(std::make_unique<Child>(way.name, settings.streams / processes, settings.frames));
    for (const auto& one : children)
        one->wait_until_warm();
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& one : children)
        one->start();
    Figures figures;
    for (const auto& one : children)
        one->finish(figures);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    const double frames = settings.streams * settings.frames;
    figures.frames_per_second = frames / seconds.count();
    figures.cpu_milliseconds /= frames;
    return figures;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void compare(const Settings& settings) {
    std::array<std::vector<Figures>, kWays.size()> all;
    for (int round = 0; round < settings.rounds; ++round)
        for (std::size_t i = 0; i < kWays.size(); ++i)
            all[i].push_back(measure(kWays[i], settings));
    const auto median_of = [&](std::size_t way, double Figures::*figure) {
        std::vector<double> values;
        for (const Figures& one : all[way])
            values.push_back(one.*figure);
        return median(std::move(values));
    };
    std::printf("%d streams of %d x %d, %d frames each, medians of %d rounds\n", settings.streams, kWidth, kHeight,
                settings.frames, settings.rounds);
    std::printf("%-26s %10s %16s %8s\n", "", "frames/s", "CPU ms a frame", "MB");
    for (std::size_t i = 0; i < kWays.size(); ++i)
        std::printf("%-26s %10.2f %16.1f %8.0f\n", kWays[i].text, median_of(i, &Figures::frames_per_second),
                    median_of(i, &Figures::cpu_milliseconds), median_of(i, &Figures::megabytes));
}

int number(const char* text, const char* option) {
    const int value = std::atoi(text);
    if (value < 1)
        throw std::runtime_error(std::string(option) + " needs a number from 1 on");
    return value;
}

Settings read_settings(int argc, char** argv) {
    Settings settings;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        int* const value = option == "--streams"  ? &settings.streams
                           : option == "--frames" ? &settings.frames
                           : option == "--rounds" ? &settings.rounds
                                                  : nullptr;
        if (!value)
            throw std::runtime_error("unknown option " + option + "; there are --streams, --frames and --rounds");
        *value = number(argv[i + 1], argv[i]);
    }
    if (argc % 2 == 0)
        throw std::runtime_error("every option needs a number");
    return settings;
}

}  // namespace

int main(int argc, char** argv) {
    gst_init(nullptr, nullptr);
    try {
        if (argc == 5 && std::string(argv[1]) == "--child")
            return child(argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
        compare(read_settings(argc, argv));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "streams_benchmark: %s\n", error.what());
        return 1;
    }
}
