// SPDX-License-Identifier: MIT
// The prompts of one frame: from lines to what the model takes, and each one's answer.
#pragma once

#include "prompts.h"
#include "tracked.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ausm::gst {

/// A frame on which prompts are shown.
struct PromptedFrame {
    int width = 0, height = 0;        ///< pixels of the picture
    std::span<const Object> objects;  ///< of the frame before
    const std::string& classes;       ///< labels that prompts may have, parted by commas; empty: all
};

/// Takes what waits in the queue. Every line of it is to be answered: by make(), answer() or refuse(). Thread-bound.
class FramePrompts {
public:
    /// The queue outlives it.
    explicit FramePrompts(PromptQueue& queue) : queue_(queue), lines_(queue.take()) {}

    /// The prompts for this frame, in their order; last those that depend on all others. Lines that give none are
    /// answered. Once.
    [[nodiscard]] std::vector<Prompt> make(const PromptedFrame& frame);
    /// Whether that prompt of make() forgets everything.
    [[nodiscard]] bool is_reset(std::size_t prompt) const;
    /// What the model says to that prompt of make().
    void answer(std::size_t prompt, const PromptAnswer& answer);
    /// There is no answer to what make() has given, or not yet come to.
    void refuse(const char* reason);

private:
    /// A prompt of make(), which the model has now.
    struct Made {
        std::size_t line;
        std::int64_t object;
    };

    [[nodiscard]] std::vector<Prompt> make_one(PromptLine& line, const PromptedFrame& frame);
    [[nodiscard]] bool is_followed(const Prompt& prompt, std::span<const Object> objects,
                                   std::span<const Prompt> before);

    PromptQueue& queue_;
    std::vector<PromptLine> lines_;
    std::size_t next_ = 0;  // lines before this one are answered or stand in made_
    std::vector<Made> made_;
    std::optional<FollowedPlaces> followed_;  // once a prompt asks for it
};

}  // namespace ausm::gst
