// SPDX-License-Identifier: MIT
// Runs the sections of gpu_network. See --help.
#include "network.h"

#include "ops/workers.h"
#include "session/cuda_backend.h"

#include <ATen/Parallel.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <thread>

namespace ausm::gpu {
namespace {

struct Section {
    const char* name;
    const char* what;
    SectionFunction* run;
};

constexpr std::array kSections{
    Section{"compare", "the network against float64 on the CPU", compare_networks},
    Section{"batches", "batches, padding and graphs against launches one by one", compare_batches},
    Section{"graphs", "graphs beside others that come and go, recordings that fail", check_graphs},
    Section{"maps", "label maps drawn beside the network against the caller's", compare_maps},
    Section{"sessions", "label maps, pictures in device memory, saved states", compare_sessions},
    Section{"phases", "seconds and operations of the phases, launches", time_phases},
    Section{"streams", "frames per second of 1 to 16 streams and 1 to 64 objects", time_streams},
    Section{"course", "10,000 frames of one stream", time_course},
    Section{"limits", "out of memory, pictures and GPUs that are not there", check_limits},
};

constexpr int kSkipped = 77;  // what meson takes for "skipped"
constexpr int kMostWorkers = 8;

constexpr const char* kHelp = R"(usage: gpu_network [--only SECTION] [--quick] [--list] [--tsv FILE] [--weights FILE]

Compares the whole network and the engine on cuda:0 with the CPU, and measures them. Ends with 0: all good, 1: not, 77:
there is no GPU; the program has then checked itself with the CPU in the GPU's place.

  --only SECTION  that one alone
  --quick         few and small frames
  --list          prints the sections
  --tsv FILE      writes one line a finding ("check", "network", what, error, bound), a time ("time", section, what,
                  seconds, bytes, flops) and a number ("value", section, what, number, unit)
  --weights FILE  other weights than the repository's
)";

struct Options {
    std::string only, tsv;
    bool list = false;
    Target target{.weights = AUSM_WEIGHTS};
};

/// False: the command line is wrong or asks for help.
bool read_options(int count, char** words, Options& options) {
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        const bool has_value = i + 1 < count;
        if (word == "--quick")
            options.target.quick = true;
        else if (word == "--list")
            options.list = true;
        else if (word == "--only" && has_value)
            options.only = words[++i];
        else if (word == "--tsv" && has_value)
            options.tsv = words[++i];
        else if (word == "--weights" && has_value)
            options.target.weights = words[++i];
        else
            return false;
    }
    return true;
}

/// Failed comparisons of a section; a section that throws has one.
std::size_t run_section(const Section& section, const Target& target, std::ofstream& tsv) {
    Report report(section.name);
    Figures figures(section.name, tsv);
    const double begin = seconds_now();
    try {
        section.run(target, report, figures);
    } catch (const std::exception& failure) {
        report.enter("ended by");
        report.expect(failure.what(), false);
    }
    std::size_t bad = 0;
    for (const Finding& finding : report.findings()) {
        bad += finding.passed() ? 0 : 1;
        tsv << "check\t" << finding.kernel << '\t' << finding.what << '\t' << finding.error << '\t' << finding.bound
            << '\n';
    }
    tsv.flush();
    std::printf("%-10s %zu of %zu comparisons hold (%.0f s)\n", section.name, report.findings().size() - bad,
                report.findings().size(), seconds_now() - begin);
    std::fflush(stdout);
    return bad;
}

int run(Options& options) {
    auto& target = options.target;
    if (cuda_device_count() > 0) {
        target.device = at::Device(at::kCUDA, 0);
        enter_cuda_thread(target.device);
    } else {
        target.quick = true;
        std::printf("no CUDA device: the program checks itself with the CPU in its place\n");
    }
    at::set_num_threads(1);
    ops::Workers workers(std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, kMostWorkers));
    const ops::LeadWorkers lead(workers);
    const c10::InferenceMode inference;
    std::ofstream tsv;
    if (!options.tsv.empty())
        tsv.open(options.tsv);
    std::size_t failed = 0, sections = 0;
    for (const Section& section : kSections)
        if (options.only.empty() || options.only == section.name) {
            failed += run_section(section, target, tsv);
            ++sections;
        }
    if (sections == 0)
        std::printf("no section is called '%s'; --list prints them\n", options.only.c_str());
    if (failed > 0 || sections == 0)
        return 1;
    return target.on_gpu() ? 0 : kSkipped;
}

}  // namespace

void Figures::value(const std::string& what, double number, const std::string& unit) {
    std::printf("%-10s %s: %.5g %s\n", section_.c_str(), what.c_str(), number, unit.c_str());
    std::fflush(stdout);
    tsv_ << "value\t" << section_ << '\t' << what << '\t' << number << '\t' << unit << std::endl;
}

void Figures::time(const std::string& what, double seconds, double flops) {
    std::printf("%-10s %s: %.3f ms", section_.c_str(), what.c_str(), 1e3 * seconds);
    if (flops > 0 && seconds > 0)
        std::printf(", %.3f TFLOP/s", 1e-12 * flops / seconds);
    std::printf("\n");
    std::fflush(stdout);
    tsv_ << "time\t" << section_ << '\t' << what << '\t' << seconds << "\t0\t" << flops << std::endl;
}

}  // namespace ausm::gpu

int main(int count, char** words) {
    ausm::gpu::Options options;
    if (!ausm::gpu::read_options(count, words, options)) {
        std::fputs(ausm::gpu::kHelp, stdout);
        return count == 2 && std::strcmp(words[1], "--help") == 0 ? 0 : 2;
    }
    if (options.list) {
        for (const auto& section : ausm::gpu::kSections)
            std::printf("%-10s %s\n", section.name, section.what);
        return 0;
    }
    try {
        return ausm::gpu::run(options);
    } catch (const std::exception& failure) {
        std::printf("FAILED: %s\n", failure.what());
        return 1;
    }
}
