// SPDX-License-Identifier: MIT
// Draws, steps and takes the time.
#include "tools/bench_stream.h"

#include <unistd.h>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <stdexcept>

namespace ausm::tools {
namespace {

double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

float milliseconds(double seconds) { return static_cast<float>(seconds * 1e3); }

std::vector<Prompt> boxes(int count) {
    std::vector<Prompt> prompts;
    for (int i = 0; i < count; ++i) {
        const double x = count == 1 ? 0.4 : 0.1 + 0.7 * i / (count - 1);
        Prompt prompt;
        prompt.box = {x - 0.1, 0.3, x + 0.1, 0.7};
        prompts.push_back(std::move(prompt));
    }
    return prompts;
}

}  // namespace

DrawnPicture::DrawnPicture(int width, int height)
    : width_(width), height_(height), pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {}

void DrawnPicture::draw(int time) {
    auto* p = pixels_.data();
    const double centre = width_ * (0.4 + 0.1 * std::sin(time * 0.05));
    for (int y = 0; y < height_; ++y)
        for (int x = 0; x < width_; ++x, p += 3) {
            const double u = (x - centre) / height_, v = static_cast<double>(y) / height_ - 0.5;
            const bool disc = u * u + v * v < 0.04;
            const int ground = 80 + ((x + time) / 16 + y / 16) % 4 * 20;
            p[0] = static_cast<std::uint8_t>(disc ? 220 : ground);
            p[1] = static_cast<std::uint8_t>(disc ? 120 : ground);
            p[2] = static_cast<std::uint8_t>(disc ? 40 : ground + 10);
        }
}

Frame DrawnPicture::frame() const {
    Frame frame;
    frame.width = width_;
    frame.height = height_;
    frame.planes[0] = {pixels_.data(), std::ptrdiff_t{3} * width_};
    return frame;
}

BenchStream::BenchStream(Engine& engine, const SessionOptions& options, int objects, int frames, int restart)
    : session_(engine.session(options)), objects_(objects), anchors_(options.anchors), restart_(restart) {
    samples_.resize(static_cast<std::size_t>(frames));  // reserve() would leave the pages untouched
    samples_.clear();
}

void BenchStream::check_prompts() const {
    for (const auto& answer : result_.answers)
        if (!answer.accepted)
            throw std::runtime_error("an object was refused: " + answer.reason);
    if (result_.objects.size() != static_cast<std::size_t>(objects_))
        throw std::runtime_error(std::to_string(result_.objects.size()) + " objects live, not " +
                                 std::to_string(objects_));
}

void BenchStream::step(const Frame& frame, bool keep) {
    if (restart_ > 0 && session_->info().frames == restart_)
        session_->reset();
    const bool first = session_->info().frames == 0;
    auto prompts = boxes(first ? objects_ : 0);
    const double cpu = cpu_seconds();
    const auto begin = std::chrono::steady_clock::now();
    if (session_->step(frame, std::move(prompts), result_) != StepStatus::kOk)
        throw std::runtime_error("interrupted");
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
    const double used = cpu_seconds() - cpu;
    if (first)
        check_prompts();
    if (!keep)
        return;
    const auto times = session_->info().last;
    const double named = times.preprocess + times.encode + times.compress + times.decode + times.postprocess;
    samples_.push_back({.frame = milliseconds(passed.count()),
                        .cpu = milliseconds(used),
                        .preprocess = milliseconds(times.preprocess),
                        .encode = milliseconds(times.encode),
                        .compress = milliseconds(times.compress),
                        .decode = milliseconds(times.decode),
                        .postprocess = milliseconds(times.postprocess),
                        .other = milliseconds(passed.count() - named),
                        .resident_megabytes = static_cast<float>(resident_megabytes())});
}

double resident_megabytes() {
    std::ifstream file("/proc/self/statm");
    double total = 0, resident = 0;
    file >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) * 1e-6;
}

std::size_t peak_bytes() {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("VmHWM:"))
            return static_cast<std::size_t>(std::stoull(line.substr(6))) * 1024;
    return 0;
}

}  // namespace ausm::tools
