// SPDX-License-Identifier: MIT
// Structured logs: one JSON object a line on the standard error output. Secrets never get there.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ausm::rtsp {

using LogValue = std::variant<std::string, std::int64_t, bool>;
using LogFields = std::vector<std::pair<const char*, LogValue>>;

enum class Level { kInfo, kWarning, kError };

/// Writes time, level, event and the fields. Thread-safe, never throws.
void log_event(Level level, const char* event, const LogFields& fields = {}) noexcept;

/// From now on `replacement` stands in every line where `secret` would. Before the first thread.
void hide_in_logs(const std::string& secret, const std::string& replacement);

/// GLib's own warnings become lines like the others.
void log_glib_messages();

}  // namespace ausm::rtsp
