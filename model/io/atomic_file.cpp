// SPDX-License-Identifier: MIT
// POSIX: open, write, fsync, rename.
#include "io/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

namespace ausm::io {
namespace {

[[noreturn]] void fail(const std::string& path, int error) {
    throw std::runtime_error(path + ": cannot be written: " + std::generic_category().message(error));
}

}  // namespace

void write_atomically(const std::string& path, std::span<const std::byte> bytes) {
    const auto part = path + ".tmp";
    const int file = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0)
        fail(path, errno);
    int error = 0;
    while (error == 0 && !bytes.empty()) {
        const auto written = write(file, bytes.data(), bytes.size());
        if (written >= 0)
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            error = errno;
    }
    if (error == 0 && fsync(file) != 0)
        error = errno;
    if (close(file) != 0 && error == 0)
        error = errno;
    if (error == 0 && std::rename(part.c_str(), path.c_str()) != 0)
        error = errno;
    if (error != 0) {
        unlink(part.c_str());
        fail(path, error);
    }
}

}  // namespace ausm::io
