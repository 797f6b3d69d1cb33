// SPDX-License-Identifier: MIT
// Files that are whole or not there.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace ausm::io {

/// Writes PATH.tmp beside `path`, forces it to the disk and renames it. Throws std::runtime_error that names the file and
/// the system's reason; then what was at `path` is still there, and PATH.tmp is not.
void write_atomically(const std::string& path, std::span<const std::byte> bytes);

}  // namespace ausm::io
