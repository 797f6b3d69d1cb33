// SPDX-License-Identifier: MIT
// One frame of one stream, from its caller through the tracker and back.
#pragma once

#include "ausm.h"
#include "session/frame_input.h"
#include "session/net_runner.h"
#include "session/prompt_mask.h"
#include "session/stream_state.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>

namespace ausm {

/// Where a caller waits for its frames.
struct FrameGate {
    std::mutex mutex;  // guards interrupted and the jobs' done; taken before the engine thread's
    std::condition_variable changed;
    bool interrupted = false;
};

/// A frame's answer before it is drawn at full size.
struct FrameOutput {
    struct Shown {
        Object object;          ///< box and area are filled by the drawing
        int given = -1;         ///< position of the mask prompt that is shown as given, instead of logits
        std::int64_t row = -1;  ///< of its logits in what is drawn; -1: not drawn
    };
    at::Tensor logits;  ///< [K, h4, w4] float32, contiguous; absent: far below 0. Undefined: none, or drawn
    std::shared_ptr<DrawnMap> drawn;    ///< where the network's device draws; null: the stream's caller does
    int map_rows = 0, map_columns = 0;  ///< h4, w4
    std::vector<Shown> shown;
    std::vector<PromptAnswer> answers;
    std::vector<ObjectChange> changes;
    bool finite = true;  ///< Result::finite
    StepTimes times;
    std::string graphs;
};

/// One object while a frame is worked on.
struct ObjectWork {
    at::Tensor logits;                 ///< [h4, w4] float32
    std::int64_t row = -1;             ///< of the logits in the network's first answer; -1: they are others
    at::Tensor mask;                   ///< [h4, w4] probabilities: the mark for the next frame; undefined: not yet seen
    std::optional<PromptMask> prompt;  ///< all prompts of this frame, merged
    std::int64_t cells = 0;            ///< of what the model says, above one half; or kNotFinite
    int given = -1;                    ///< position of a mask prompt
    bool was_seen = true;
};

/// The caller fills the first part and waits; the engine thread owns all of it until `done`. When the caller stops
/// waiting, the frame ends by itself and its result is forgotten.
struct FrameJob {
    using Clock = std::chrono::steady_clock;

    // what the caller asks
    std::shared_ptr<FrameGate> gate;
    InputSize size;
    MapRequest map;
    std::shared_ptr<FrameInput> picture;
    std::vector<Prompt> prompts;
    SessionOptions options;
    StreamState state;  ///< moves on by one frame; of no use after an error

    // what the tracker works with
    NetInput input;
    NetAnswer answer;
    at::Tensor presence;              ///< presences() of the answer
    std::vector<ObjectWork> objects;  ///< as state.table.objects()
    std::vector<std::size_t> marked;  ///< positions of the objects that the input marks
    bool first_shown = false;         ///< an object was shown where none lived
    bool is_first = false;            ///< the state starts with this frame
    bool is_anchor = false;           ///< an object was shown, found or brought along from another grid

    // what the caller gets
    FrameOutput output;
    std::exception_ptr error;  ///< what this frame failed with, null when it went well
    Clock::time_point posted, started, ended;
    bool done = false;

    /// Appends a living object; id 0 means the next free one. There is room.
    TrackedObject& add(std::int64_t id, ObjectOrigin origin);
    /// Nothing is told of an object that was on no frame.
    void remove(std::size_t position);
    /// Whether there is a slot for one more object of `most`: a free one, or that of the longest-absent discovered
    /// object, which is removed.
    bool make_room(int most);
    /// Frees what only the tracker's work needs.
    void end_work();
};

}  // namespace ausm
