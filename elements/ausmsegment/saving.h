// SPDX-License-Identifier: MIT
// A stream's state in a file, saved and loaded between two frames.
#pragma once

#include "model/ausm.h"

#include <gst/gst.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ausm::gst {

/// Something to do with a file before the next frame.
struct StateRequest {
    enum class Action : std::uint8_t { kSave, kLoad };
    Action action = Action::kSave;
    std::string location;
};

/// Saves and loads the state of one stream: on request, and before the first frame and after the last one in a file
/// that is set. The members under "any thread" are thread-safe; the others are thread-bound to the streaming thread, and
/// the sessions given to them with them.
class StateSaving {
public:
    static constexpr std::size_t kMaxWaiting = 64;  ///< requests

    /// `element` outlives the stream's activity and is not owned; `pad` is the name in messages.
    StateSaving(GstElement* element, std::string pad) : element_(element), pad_(std::move(pad)) {}

    // any thread
    /// Queues work with a file for the time before the next frame, at the latest the end. False: too much waits.
    [[nodiscard]] bool request(StateRequest wanted);
    /// The file of the whole run; empty: none.
    void set_location(std::string location);
    [[nodiscard]] std::string location() const;

    // streaming thread
    /// A new run begins.
    void restart();
    /// Carries out what waits. True when another state was loaded.
    [[nodiscard]] bool before_frame(Session& session);
    /// There is something to save.
    void after_frame() noexcept { unsaved_ = true; }
    /// What waits still, and the end of the run. True when another state was loaded.
    bool finish(Session& session);

private:
    /// True when it was done.
    bool carry_out(Session& session, const StateRequest& wanted);
    bool carry_out_requests(Session& session);
    [[nodiscard]] std::vector<StateRequest> take_requests();
    [[nodiscard]] std::optional<StateRequest> first();
    [[nodiscard]] std::optional<StateRequest> last() const;

    GstElement* element_;
    std::string pad_;
    bool unsaved_ = false;  // frames since the state was last saved at the end of a run; streaming thread

    mutable std::mutex mutex_;  // guards everything below; innermost
    std::vector<StateRequest> requests_;
    std::string location_;
    bool due_ = false;      // the location's file is still to be loaded in this run
    bool refused_ = false;  // it could not be loaded: this run does not write over it
};

}  // namespace ausm::gst
