// SPDX-License-Identifier: MIT
// Prompted segmentation of DAVIS-layout data by the whole pipeline: J, F and J&F of every sequence, and their mean.
#include "davis_sequence.h"
#include "segment_pipeline.h"

#include "eval/davis_metrics.h"

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

using ausm::DavisSequenceScore;
using ausm::evaluation::DavisSequence;
using ausm::evaluation::PromptKind;

constexpr int kSkipped = 77;  // meson's status of a test that could not run

const std::map<std::string, PromptKind> kPrompts{
    {"mask", PromptKind::kMask}, {"box", PromptKind::kBox}, {"point", PromptKind::kPoint}};

struct Options {
    std::string root;
    std::vector<std::string> sequences;
    ausm::evaluation::PipelineOptions pipeline;
    bool json = false;
    double at_least = 0;
};

struct Row {
    std::string name;
    DavisSequenceScore score;
};

double percent(double share) { return 100 * share; }

DavisSequenceScore evaluate(const DavisSequence& sequence, const Options& options) {
    const auto start = std::chrono::steady_clock::now();
    ausm::evaluation::SegmentPipeline pipeline(sequence, options.pipeline);
    ausm::gst::MaskImage map;
    std::vector<ausm::DavisScore> frames;
    while (pipeline.next(map)) {
        if (frames.size() == sequence.annotations.size())
            throw std::runtime_error("more label maps than pictures");
        const auto truth = ausm::evaluation::read_annotation(sequence.annotations[frames.size()]);
        frames.push_back(
            ausm::davis_score({map.height, map.width, map.values}, {truth.height, truth.width, truth.values}));
        if (isatty(STDERR_FILENO) != 0)
            std::fprintf(stderr, "\r%s: frame %zu of %zu", sequence.name.c_str(), frames.size(),
                         sequence.annotations.size());
    }
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    std::fprintf(stderr, "\r%s: %zu frames in %.1f s\n", sequence.name.c_str(), frames.size(), passed.count());
    if (frames.size() != sequence.annotations.size())
        throw std::runtime_error("fewer label maps than pictures");
    return ausm::davis_sequence_score(frames, true);
}

void print_table(const std::vector<Row>& rows) {
    std::printf("%-20s %7s %7s %7s %12s %11s\n", "sequence", "J", "F", "J&F", "first third", "last third");
    for (const auto& [name, score] : rows)
        std::printf("%-20s %7.2f %7.2f %7.2f %12.2f %11.2f\n", name.c_str(), percent(score.mean.j),
                    percent(score.mean.f), percent(score.mean.mean()), percent(score.first_third.mean()),
                    percent(score.last_third.mean()));
}

void print_json(const std::vector<Row>& rows) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& [name, score] : rows)
        list.push_back({{"sequence", name},
                        {"frames", score.frames},
                        {"J", percent(score.mean.j)},
                        {"F", percent(score.mean.f)},
                        {"J&F", percent(score.mean.mean())},
                        {"first third", percent(score.first_third.mean())},
                        {"last third", percent(score.last_third.mean())}});
    std::printf("%s\n", list.dump(2).c_str());
}

/// The exit status.
int run(const Options& options) {
    std::vector<Row> rows;
    std::vector<DavisSequenceScore> scores;
    for (const auto& sequence : ausm::evaluation::davis_sequences(options.root, options.sequences)) {
        scores.push_back(evaluate(sequence, options));
        rows.push_back({sequence.name, scores.back()});
    }
    rows.push_back({"mean", ausm::davis_mean(scores)});
    if (options.json)
        print_json(rows);
    else
        print_table(rows);
    const double reached = percent(rows.back().score.mean.mean());
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
