// SPDX-License-Identifier: MIT
// Prompted segmentation of DAVIS-layout data by the whole pipeline: J, F and J&F of every sequence, and their mean.
#include "segment_pipeline.h"

#include "eval/davis_report.h"

#include <gst/gst.h>

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using ausm::PromptKind;
using ausm::data::DavisSequence;

constexpr int kSkipped = 77;  // meson's status of a test that could not run

const std::map<std::string, PromptKind> kPrompts{
    {"mask", PromptKind::kMask}, {"box", PromptKind::kBox}, {"point", PromptKind::kPoints}};

struct Options {
    std::string root;
    std::vector<std::string> sequences;
    ausm::evaluation::PipelineOptions pipeline;
    bool json = false;
    double at_least = 0;
};

ausm::eval::VideoOutcome evaluate(const DavisSequence& sequence, const Options& options) {
    const auto start = std::chrono::steady_clock::now();
    ausm::evaluation::SegmentPipeline pipeline(sequence, options.pipeline);
    ausm::io::IndexPicture map;
    std::vector<ausm::eval::DavisScore> frames;
    while (pipeline.next(map)) {
        if (frames.size() == sequence.annotations.size())
            throw std::runtime_error("more label maps than pictures");
        const auto truth = ausm::evaluation::read_annotation(sequence, frames.size());
        frames.push_back(
            ausm::eval::davis_score({map.height, map.width, map.values}, {truth.height, truth.width, truth.values}));
        if (isatty(STDERR_FILENO) != 0)
            std::fprintf(stderr, "\r%s: frame %zu of %zu", sequence.name.c_str(), frames.size(),
                         sequence.annotations.size());
    }
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    std::fprintf(stderr, "\r%s: %zu frames in %.1f s\n", sequence.name.c_str(), frames.size(), passed.count());
    if (frames.size() != sequence.annotations.size())
        throw std::runtime_error("fewer label maps than pictures");
    ausm::eval::VideoOutcome outcome;
    outcome.name = sequence.name, outcome.seed = options.pipeline.seed;
    outcome.frames = static_cast<int>(frames.size());
    outcome.objects.push_back({1, ausm::eval::davis_sequence_score(frames, true), {}});
    return outcome;
}

/// The exit status.
int run(const Options& options) {
    const auto sequences = ausm::data::davis_sequences(options.root, options.sequences);
    std::vector<ausm::eval::VideoOutcome> outcomes;
    for (const auto& sequence : sequences)
        outcomes.push_back(evaluate(sequence, options));
    const auto report = ausm::eval::make_report(std::move(outcomes), sequences.size(), 1);
    const auto text = options.json ? ausm::eval::report_json(report).dump(2) + "\n" : ausm::eval::table(report);
    std::fputs(text.c_str(), stdout);
    const double reached = 100 * report.overall.score.mean.mean();
    if (reached >= options.at_least)
        return 0;
    std::fprintf(stderr, "davis_eval: the mean J&F is %.2f, at least %.2f was asked for\n", reached, options.at_least);
    return 1;
}

/// $AUSM_TEST_DATA/val/davis6, empty when there is no such folder.
std::string default_root() {
    const char* data = std::getenv("AUSM_TEST_DATA");
    const std::string root = data ? std::string(data) + "/val/davis6" : "";
    return std::filesystem::is_directory(root) ? root : "";
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    std::string prompt = "mask";
    CLI::App app{
        "Segments DAVIS videos through the GStreamer pipeline, prompted by the first annotation, and prints J, F\n"
        "and J&F (in percent, without the first and the last frame)."};
    app.add_option("--root", options.root,
                   "Folder with JPEGImages/480p and Annotations/480p; default: $AUSM_TEST_DATA/val/davis6");
    app.add_option("--sequences", options.sequences, "Names, parted by commas; default: all")->delimiter(',');
    app.add_option("--prompt", prompt, "mask, box or point; default: mask")
        ->check(CLI::IsMember({"mask", "box", "point"}));
    app.add_option("--seed", options.pipeline.seed, "Order of the model's ID vectors; default: 0");
    app.add_option("--precision", options.pipeline.precision, "auto, fp32 or bf16; default: auto")
        ->check(CLI::IsMember({"auto", "fp32", "bf16"}));
    app.add_option("--format", options.pipeline.format,
                   "Format of the picture that is segmented, e.g. RGB; default: the decoder's");
    app.add_option("--at-least", options.at_least, "Fail (status 1) when the mean J&F is lower; default: 0");
    app.add_flag("--json", options.json, "Print JSON");
    CLI11_PARSE(app, argc, argv);
    options.pipeline.prompt = kPrompts.at(prompt);
    if (options.root.empty())
        options.root = default_root();
    if (options.root.empty()) {
        std::fprintf(stderr, "davis_eval: no data: set AUSM_TEST_DATA to a folder with val/davis6, or give --root\n");
        return kSkipped;
    }
    try {
        gst_init(nullptr, nullptr);
        return run(options);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "davis_eval: %s\n", failure.what());
        return 1;
    }
}
