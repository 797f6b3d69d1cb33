// SPDX-License-Identifier: MIT
// A stream's memory in a file: what is asked for, carried out between two frames.
#pragma once

#include "model/ausm.h"

#include <gst/gst.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ausm::gst {

/// Something to do with a file before the next frame.
struct StateRequest {
    enum class Action : std::uint8_t { kSave, kLoad };
    Action action = Action::kSave;
    std::string location;
};

/// What became of it.
struct StateOutcome {
    bool done = false;
    std::string reason;                    ///< why not
    std::vector<std::string> differences;  ///< loaded, but saved under other conditions: Session::load()
};

/// Waiting requests, in their order. Thread-safe.
class StateRequests {
public:
    static constexpr std::size_t kMaxWaiting = 64;

    /// False: too many wait already.
    [[nodiscard]] bool add(StateRequest request);
    [[nodiscard]] std::vector<StateRequest> take();

private:
    std::mutex mutex_;  // guards requests_; innermost
    std::vector<StateRequest> requests_;
};

/// A file from which a stream's memory is taken before its first frame and in which it is kept when it ends. Thread-safe.
class StateLocation {
public:
    /// Empty: none.
    void set(std::string location);
    [[nodiscard]] std::string get() const;

    /// A new run begins.
    void start();
    /// What is to be loaded before the run's first frame; nothing later, and when there is no file yet.
    [[nodiscard]] std::optional<StateRequest> first();
    /// The file could not be loaded: this run does not write over it.
    void refused();
    /// What is to be saved at the end.
    [[nodiscard]] std::optional<StateRequest> last() const;

private:
    mutable std::mutex mutex_;  // guards everything below; innermost
    std::string location_;
    bool due_ = false, refused_ = false;
};

/// Carries out one request; the session is thread-bound to the caller. There is either the old file or the whole new
/// one, and a session that could not load goes on as it was. Does not throw.
[[nodiscard]] StateOutcome carry_out(Session& session, const StateRequest& request) noexcept;

/// Posts the outcome as element message ausm-state: action ("save" or "load"), location, done, reason, differences
/// (parted by "; ") and pad. A failure is a warning, too.
void post_state(GstElement* element, const std::string& pad, const StateRequest& request, const StateOutcome& outcome);

}  // namespace ausm::gst
