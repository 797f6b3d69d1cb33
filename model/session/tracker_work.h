// SPDX-License-Identifier: MIT
// What the tracker keeps of a frame while it works on it. Private to tracker*.cpp.
#pragma once

#include "session/tracker.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

namespace ausm {

/// The rows below each other, [K, ...]; a view where they lie so already, which is the usual case: the objects of one
/// frame are those of the frame before.
at::Tensor stacked(const std::vector<at::Tensor>& rows);

/// One object while a frame is worked on; the same order as the table.
struct ObjectWork {
    at::Tensor logits;                 // [h4, w4] float32
    std::int64_t row = -1;             // of the logits in the network's first answer; -1: they are others
    at::Tensor mask;                   // [h4, w4] probabilities: the mark for the next frame; undefined: not yet seen
    std::optional<PromptMask> prompt;  // all prompts of this frame, merged
    std::int64_t cells = 0;            // of what the model says, above one half; or kNotFinite
    int given = -1;                    // position of a mask prompt
    bool was_seen = true;
};

struct Tracker::Work {
    explicit Work(StreamFrame& stream) : frame(stream), state(*stream.state), options(*stream.options) {}

    StreamFrame& frame;
    StreamState& state;
    const SessionOptions& options;
    FrameOutput output;
    NetPass pass;
    std::vector<std::size_t> marked;  // positions of the pass's marks
    bool first_shown = false;         // an object was shown where none lived
    bool is_first = false;            // the state starts with this frame
    std::vector<ObjectWork> objects;  // as state.table.objects()
    at::Tensor detection_presence, detection_logits;

    [[nodiscard]] int limit(const NetConfig& config) const {
        return options.max_objects > 0 ? std::min(options.max_objects, config.history.id_vectors)
                                       : config.history.id_vectors;
    }
    /// Nothing is told of an object that was on no frame.
    void remove(std::size_t position) {
        const auto& object = state.table.objects()[position];
        if (!object.is_new)
            output.changes.push_back({object.id, ObjectEvent::kRemoved});
        state.table.remove(position);
        objects.erase(objects.begin() + static_cast<std::ptrdiff_t>(position));
    }
    /// A slot for one more object: free, or that of the longest-absent discovered object.
    bool make_room(int most) {
        if (static_cast<int>(objects.size()) < most && state.table.has_free_slot())
            return true;
        const auto absent = state.table.longest_absent();
        if (absent)
            remove(*absent);
        return absent.has_value();
    }
    TrackedObject& add(std::int64_t id, ObjectOrigin origin) {
        objects.emplace_back();
        return state.table.add(id, origin);
    }
};

}  // namespace ausm
