// SPDX-License-Identifier: MIT
// What the process holds and what the machine does beside it, from /proc.
#pragma once

#include <unistd.h>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace ausm::endurance {

/// 0 where /proc does not tell.
inline double resident_megabytes() {
    std::ifstream file("/proc/self/statm");
    double total = 0, resident = 0;
    file >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) * 1e-6;
}

/// One of them is the folder that is read.
inline std::int64_t open_descriptors() {
    const std::filesystem::directory_iterator folder("/proc/self/fd");
    return std::distance(begin(folder), end(folder));
}

/// Seconds that all processors together have worked since the machine began, whoever for; 0 where /proc does not tell.
inline double busy_seconds() {
    std::ifstream file("/proc/stat");
    std::string name;
    double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupts = 0, soft_interrupts = 0, stolen = 0;
    file >> name >> user >> nice >> system >> idle >> waiting >> interrupts >> soft_interrupts >> stolen;
    const double ticks = user + nice + system + interrupts + soft_interrupts + stolen;
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace ausm::endurance
