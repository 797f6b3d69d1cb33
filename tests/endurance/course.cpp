// SPDX-License-Identifier: MIT
// Order statistics of bins and tenths.
#include "course.h"

#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace ausm::endurance {

namespace {

/// The value that a share of the others lies below. Throws std::runtime_error when there is none.
double quantile(std::vector<double> values, double share) {
    if (values.empty())
        throw std::runtime_error("the course has an empty part");
    const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size()));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

/// Milliseconds between the marks of the frames [from, to) and those before them.
std::vector<double> steps(const std::vector<report::Mark>& marks, std::size_t from, std::size_t to,
                          double report::Mark::*clock) {
    std::vector<double> out;
    for (std::size_t i = std::max<std::size_t>(from, 1); i < std::min(to, marks.size()); ++i)
        out.push_back((marks[i].*clock - marks[i - 1].*clock) * 1e3);
    return out;
}

}  // namespace

void add_times(std::vector<Bin>& bins, const std::vector<report::Mark>& marks) {
    std::size_t from = 0;
    const double processors = static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
    double busy = 0;
    for (Bin& bin : bins) {
        bin.milliseconds = quantile(steps(marks, from, bin.frame, &report::Mark::wall), 0.5);
        bin.cpu_milliseconds = quantile(steps(marks, from, bin.frame, &report::Mark::cpu), 0.5);
        if (from > 0 && bin.busy_seconds > 0) {  // what was before the first bin is not known
            const auto &begin = marks[from - 1], &end = marks[bin.frame - 1];
            const double others = bin.busy_seconds - busy - (end.cpu - begin.cpu);
            bin.others = std::max(0.0, others / (end.wall - begin.wall) / processors);
        }
        busy = bin.busy_seconds;
        from = bin.frame;
    }
}

Tenth tenth(const std::vector<Bin>& bins, const std::vector<report::Mark>& marks, std::size_t which) {
    const auto from = bins.size() * which / 10, to = bins.size() * (which + 1) / 10;
    const auto first = from == 0 ? 0 : bins[from - 1].frame, end = bins[to - 1].frame;
    const auto cpu = steps(marks, first, end, &report::Mark::cpu);
    Tenth out{quantile(steps(marks, first, end, &report::Mark::wall), 0.5), quantile(cpu, 0.5), quantile(cpu, 0.1)};
    out.least_state = out.most_state = bins[from].state_bytes;
    out.least_descriptors = out.most_descriptors = bins[from].descriptors;
    std::vector<double> resident;
    for (auto i = from; i < to; ++i) {
        resident.push_back(bins[i].resident_megabytes);
        out.others += bins[i].others / static_cast<double>(to - from);
        out.least_state = std::min(out.least_state, bins[i].state_bytes);
        out.most_state = std::max(out.most_state, bins[i].state_bytes);
        out.least_descriptors = std::min(out.least_descriptors, bins[i].descriptors);
        out.most_descriptors = std::max(out.most_descriptors, bins[i].descriptors);
    }
    out.resident_megabytes = quantile(std::move(resident), 0.5);
    return out;
}

void write_csv(const std::string& path, const std::vector<Bin>& bins) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (!file)
        throw std::runtime_error("'" + path + "' cannot be written");
    std::fprintf(file, "frame,milliseconds,cpu-milliseconds,resident-mb,state-bytes,descriptors,others-percent\n");
    for (const Bin& bin : bins)
        std::fprintf(file, "%zu,%.2f,%.2f,%.1f,%llu,%lld,%.1f\n", bin.frame, bin.milliseconds, bin.cpu_milliseconds,
                     bin.resident_megabytes, static_cast<unsigned long long>(bin.state_bytes),
                     static_cast<long long>(bin.descriptors), 100 * bin.others);
    if (std::fclose(file) != 0)
        throw std::runtime_error("'" + path + "' cannot be written completely");
}

}  // namespace ausm::endurance
