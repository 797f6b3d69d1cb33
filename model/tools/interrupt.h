// SPDX-License-Identifier: MIT
// Ctrl-C as a wish that long work fulfils when it can: a step is finished, a report written.
#pragma once

#include <atomic>
#include <csignal>

namespace ausm::tools {

/// Whether Ctrl-C or SIGTERM came while an InterruptGuard lived. Set by a signal handler.
extern std::atomic<bool> interrupted;

/// While it lives, the first Ctrl-C (or SIGTERM) sets `interrupted`, the second ends the program. One at a time.
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

private:
    using Action = struct sigaction;
    Action old_int_{}, old_term_{};
};

}  // namespace ausm::tools
