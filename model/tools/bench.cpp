// SPDX-License-Identifier: MIT
// ausm bench: milliseconds per phase and their course over a long stream, on a moving drawn picture.
#include "tools/command.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>

namespace ausm::tools {
namespace {

struct BenchOptions {
    ModelOptions model;
    int frames = 100, objects = 1, width = 1280, height = 720;
    bool json = false;
};

constexpr int kWarmUp = 5;    // packing of weights, first touches of memory
constexpr int kWindows = 10;  // the stream's course is shown in as many parts

/// Checks that move and a disc over them: the cost of a frame does not depend on what it shows.
void draw(std::vector<std::uint8_t>& pixels, const BenchOptions& o, int t) {
    for (int y = 0; y < o.height; ++y)
        for (int x = 0; x < o.width; ++x) {
            auto* p = &pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(o.width) +
                               static_cast<std::size_t>(x)) *
                              3];
            const double u = (x - o.width * (0.4 + 0.1 * std::sin(t * 0.05))) / o.height,
                         v = static_cast<double>(y) / o.height - 0.5;
            const bool disc = u * u + v * v < 0.04;
            const int ground = 80 + ((x + t) / 16 + y / 16) % 4 * 20;
            p[0] = static_cast<std::uint8_t>(disc ? 220 : ground);
            p[1] = static_cast<std::uint8_t>(disc ? 120 : ground);
            p[2] = static_cast<std::uint8_t>(disc ? 40 : ground + 10);
        }
}

double resident_megabytes() {
    std::ifstream file("/proc/self/statm");
    long total = 0, resident = 0;
    file >> total >> resident;
    return static_cast<double>(resident) * 4096 / 1e6;
}

std::vector<Prompt> prompts_of(int objects) {
    std::vector<Prompt> prompts;
    for (int i = 0; i < objects; ++i) {
        Prompt prompt;
        const double x = objects == 1 ? 0.4 : 0.1 + 0.7 * i / (objects - 1);
        prompt.box = {x - 0.1, 0.3, x + 0.1, 0.7};
        prompts.push_back(prompt);
    }
    return prompts;
}

struct Sample {
    double frame = 0;
    StepTimes times;
    double megabytes = 0;
};

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

template <class Get>
double median_ms(std::span<const Sample> samples, Get get) {
    std::vector<double> values;
    for (const auto& sample : samples)
        values.push_back(get(sample) * 1e3);
    return std::round(median(std::move(values)) * 100) / 100;
}

nlohmann::ordered_json phases(std::span<const Sample> samples) {
    const auto phase = [&](double StepTimes::*part) {
        return median_ms(samples, [part](const Sample& sample) { return sample.times.*part; });
    };
    return {{"frame", median_ms(samples, [](const Sample& sample) { return sample.frame; })},
            {"preprocess", phase(&StepTimes::preprocess)},
            {"wait", phase(&StepTimes::wait)},
            {"encode", phase(&StepTimes::encode)},
            {"compress", phase(&StepTimes::compress)},
            {"decode", phase(&StepTimes::decode)},
            {"postprocess", phase(&StepTimes::postprocess)}};
}

void print(const nlohmann::ordered_json& out) {
    for (const auto& [key, value] : out.items())
        if (!value.is_structured())
            std::cout << key << ": " << (value.is_string() ? value.get<std::string>() : value.dump()) << '\n';
    std::cout << "median milliseconds:\n";
    for (const auto& [key, value] : out["milliseconds"].items())
        std::cout << "  " << key << ": " << value << '\n';
    std::cout << "over the stream (frames up to: milliseconds, resident MB):\n";
    for (const auto& part : out["course"])
        std::cout << "  " << part["frame"] << ": " << part["milliseconds"] << ", " << part["resident-mb"] << '\n';
}

void run_bench(const BenchOptions& o) {
    const auto engine = open_model(o.model);
    SessionOptions session_options;
    session_options.mode = Mode::kPrompted;
    const auto session = engine->session(session_options);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(o.width) * static_cast<std::size_t>(o.height) * 3);
    Frame frame;
    frame.width = o.width, frame.height = o.height;
    frame.planes[0] = {pixels.data(), std::ptrdiff_t{3} * o.width};
    const auto prompts = prompts_of(o.objects);
    Result result;
    std::vector<Sample> samples;
    for (int t = 0; t < kWarmUp + o.frames; ++t) {
        draw(pixels, o, t);
        const auto begin = std::chrono::steady_clock::now();
        if (session->step(frame, t == 0 ? std::span(prompts) : std::span<const Prompt>(), result) != StepStatus::kOk)
            throw std::runtime_error("interrupted");
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
        if (t >= kWarmUp)
            samples.push_back({passed.count(), session->info().last, resident_megabytes()});
        if (!o.json && (t % 50 == 0))
            std::cerr << "\r" << t << " of " << kWarmUp + o.frames << " frames" << std::flush;
    }
    if (!o.json)
        std::cerr << "\r";
    const auto& info = engine->info();
    nlohmann::ordered_json out{
        {"model", info.name},
        {"device", info.device},
        {"precision", precision_name(info.precision)},
        {"threads", info.threads},
        {"picture", std::to_string(o.width) + "x" + std::to_string(o.height)},
        {"network", std::to_string(session->info().input_width) + "x" + std::to_string(session->info().input_height)},
        {"objects", result.objects.size()},
        {"state-bytes", session->info().state_bytes},
        {"milliseconds", phases(samples)},
        {"course", nlohmann::ordered_json::array()}};
    out["frames-per-second"] = std::round(1e5 / out["milliseconds"]["frame"].get<double>()) / 100;
    const std::size_t parts = std::min<std::size_t>(kWindows, samples.size());
    for (std::size_t i = 0; i < parts; ++i) {
        const auto from = samples.size() * i / parts, to = samples.size() * (i + 1) / parts;
        const std::span part(samples.data() + from, to - from);
        out["course"].push_back({{"frame", to},
                                 {"milliseconds", median_ms(part, [](const Sample& sample) { return sample.frame; })},
                                 {"resident-mb", std::round(part.back().megabytes * 10) / 10}});
    }
    o.json ? void(std::cout << out.dump(2) << '\n') : print(out);
}

}  // namespace

void add_bench(CLI::App& app) {
    auto options = std::make_shared<BenchOptions>();
    auto* command =
        app.add_subcommand("bench", "Times the model: milliseconds per phase, time and memory over a stream");
    command->footer("Example: ausm bench --frames 3000 --threads 2");
    add_model_options(*command, options->model);
    command->add_option("--frames", options->frames, "Frames to time, after 5 to warm up")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
    command->add_option("--objects", options->objects, "Objects that are tracked")
        ->check(CLI::Range(0, 254))
        ->capture_default_str();
    command->add_option("--width", options->width, "Of the picture")
        ->check(CLI::Range(1, 16384))
        ->capture_default_str();
    command->add_option("--height", options->height, "Of the picture")
        ->check(CLI::Range(1, 16384))
        ->capture_default_str();
    command->add_flag("--json", options->json, "JSON, for programs");
    command->callback([options] { run_bench(*options); });
}

}  // namespace ausm::tools
