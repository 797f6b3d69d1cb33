// SPDX-License-Identifier: MIT
// Runs the checks of all CUDA kernels and, when asked, their timings. See --help.
#include "check.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>

namespace ausm::gpu {
namespace {

constexpr std::array kChecks{
    Check{"history_marker", check_history_marker, time_history_marker},
    Check{"history_marker_grad", check_history_marker_grad, time_history_marker_grad},
    Check{"label_map", check_label_map, time_label_map},
    Check{"mamba_step", check_mamba_step, time_mamba_step},
    Check{"ms_deform_attn", check_ms_deform_attn, time_ms_deform_attn},
    Check{"ms_deform_attn_grad", check_ms_deform_attn_grad, time_ms_deform_attn_grad},
    Check{"preprocess", check_preprocess, time_preprocess},
    Check{"selective_scan", check_selective_scan, time_selective_scan},
    Check{"selective_scan_grad", check_selective_scan_grad, time_selective_scan_grad},
};

constexpr int kSkipped = 77;  // what meson takes for "skipped"

constexpr const char* kHelp = R"(usage: gpu_kernels [--time] [--only KERNEL] [--list] [--tsv FILE]

Compares every CUDA kernel with its CPU twin and prints what is out of bounds. Ends with 0: all good, 1: not, 77: there
is no GPU.

  --time         times the kernels, too, at the sizes of the models
  --only KERNEL  that one alone
  --list         prints the kernels' names
  --tsv FILE     writes one line a finding ("check", kernel, what, error, bound) and a timing ("time", kernel, what,
                 seconds, bytes, flops)
)";

struct Options {
    bool time = false, list = false;
    std::string only, tsv;
};

/// False: the command line is wrong or asks for help.
bool read_options(int count, char** words, Options& options) {
    for (int i = 1; i < count; ++i) {
        const bool has_value = i + 1 < count;
        if (std::strcmp(words[i], "--time") == 0)
            options.time = true;
        else if (std::strcmp(words[i], "--list") == 0)
            options.list = true;
        else if (std::strcmp(words[i], "--only") == 0 && has_value)
            options.only = words[++i];
        else if (std::strcmp(words[i], "--tsv") == 0 && has_value)
            options.tsv = words[++i];
        else
            return false;
    }
    return true;
}

/// What a copy moves: the measure of every kernel that is bound by memory.
void time_copy(Timings& timings) {
    constexpr std::size_t kBytes = std::size_t{256} << 20;
    DeviceArrays arrays;
    void *from = arrays.scratch(kBytes), *to = arrays.scratch(kBytes);
    timings.run("256 MiB", 2.0 * kBytes, 0,
                [&] { return static_cast<int>(cudaMemcpyAsync(to, from, kBytes, cudaMemcpyDeviceToDevice, nullptr)); });
}

int run(const Options& options) {
    std::ofstream tsv;
    if (!options.tsv.empty())
        tsv.open(options.tsv);
    std::size_t failed = 0, all = 0;
    const auto write_timings = [&](const Timings& timings) {
        for (const Timing& t : timings.timings()) {
            if (t.seconds > 0)
                std::printf("%-16s %-48s %8.2f us %8.1f GB/s\n", t.kernel.c_str(), t.what.c_str(), 1e6 * t.seconds,
                            1e-9 * t.bytes / t.seconds);
            tsv << "time\t" << t.kernel << '\t' << t.what << '\t' << t.seconds << '\t' << t.bytes << '\t' << t.flops
                << '\n';
        }
    };
    if (options.time) {
        Timings copy("copy");
        time_copy(copy);
        write_timings(copy);
    }
    for (const Check& check : kChecks) {
        if (!options.only.empty() && options.only != check.kernel)
            continue;
        Report report(check.kernel);
        check.check(report);
        std::size_t bad = 0;
        for (const Finding& finding : report.findings()) {
            bad += finding.passed() ? 0 : 1;
            tsv << "check\t" << finding.kernel << '\t' << finding.what << '\t' << finding.error << '\t' << finding.bound
                << '\n';
        }
        std::printf("%-16s %zu of %zu comparisons hold\n", check.kernel, report.findings().size() - bad,
                    report.findings().size());
        tsv.flush();
        failed += bad;
        all += report.findings().size();
        if (options.time) {
            Timings timings(check.kernel);
            check.time(timings);
            write_timings(timings);
        }
    }
    if (all == 0)
        std::printf("no kernel is called '%s'\n", options.only.c_str());
    return failed == 0 && all > 0 ? 0 : 1;
}

}  // namespace
}  // namespace ausm::gpu

int main(int count, char** words) {
    ausm::gpu::Options options;
    if (!ausm::gpu::read_options(count, words, options)) {
        std::fputs(ausm::gpu::kHelp, stdout);
        return count == 2 && std::strcmp(words[1], "--help") == 0 ? 0 : 2;
    }
    if (options.list) {
        for (const auto& check : ausm::gpu::kChecks)
            std::printf("%s\n", check.kernel);
        return 0;
    }
    int devices = 0;
    const auto error = cudaGetDeviceCount(&devices);
    if (error != cudaSuccess || devices == 0) {
        std::printf("skipped: no CUDA device (%s)\n", cudaGetErrorString(error));
        return ausm::gpu::kSkipped;
    }
    try {
        return ausm::gpu::run(options);
    } catch (const std::exception& failure) {
        std::printf("FAILED: %s\n", failure.what());
        return 1;
    }
}
