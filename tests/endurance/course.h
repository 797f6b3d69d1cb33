// SPDX-License-Identifier: MIT
// The course of a long stream: what a frame takes and what the process holds, bin by bin.
#pragma once

#include "pipelines/meter/meter.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ausm::endurance {

/// A stretch of frames.
struct Bin {
    std::size_t frame = 0;          ///< after so many frames
    double milliseconds = 0;        ///< of a frame, median
    double cpu_milliseconds = 0;    ///< of all threads, for a frame, median
    double resident_megabytes = 0;  ///< at its end, as everything below
    std::uint64_t state_bytes = 0;  ///< of the stream's recurrent state
    std::int64_t descriptors = 0;   ///< open files
    double busy_seconds = 0;        ///< of all processors since the machine began
    double others = 0;              ///< share of the processors, 0 to 1, that worked for others during the bin
};

/// Fills in the times and the others' share of the bins from the marks of all frames; bin i ends with frame
/// bins[i].frame.
void add_times(std::vector<Bin>& bins, const std::vector<report::Mark>& marks);

/// Of one tenth of the course. Times are those of frames: the median, and of the CPU time also the 10th percentile,
/// which is what a frame takes while nothing else disturbs the machine's caches.
struct Tenth {
    double milliseconds = 0, cpu_milliseconds = 0, least_cpu_milliseconds = 0;
    double resident_megabytes = 0;  ///< median of the bins
    double others = 0;              ///< mean of the bins
    std::uint64_t least_state = 0, most_state = 0;
    std::int64_t least_descriptors = 0, most_descriptors = 0;
};
/// which: 0 to 9. There must be at least ten bins, and the last one's frame is the last mark.
Tenth tenth(const std::vector<Bin>& bins, const std::vector<report::Mark>& marks, std::size_t which);

/// One line for each bin under a line of names. Throws std::runtime_error.
void write_csv(const std::string& path, const std::vector<Bin>& bins);

}  // namespace ausm::endurance
