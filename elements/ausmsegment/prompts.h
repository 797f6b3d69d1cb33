// SPDX-License-Identifier: MIT
// The prompts that wait for the next frame of a stream, and the answers to all of them.
#pragma once

#include "gst/gstausmgrammar.h"

#include <gst/gst.h>

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ausm::gst {

/// Thread-safe. What is malformed, or too much, is refused at once; messages are posted without a lock.
class PromptQueue {
public:
    static constexpr std::size_t kMaxWaiting = 1024;  ///< of each side: prompts for one frame

    /// `element` outlives the queue's use and is not owned; `pad` is the name in messages.
    PromptQueue(GstElement* element, std::string pad) : element_(element), pad_(std::move(pad)) {}

    /// A prompt of the application; it survives a flush. False: it was refused.
    bool submit(PromptParse parsed);
    /// A prompt that travels in the stream.
    void collect(PromptParse parsed);

    [[nodiscard]] bool empty() const;
    /// All, in the order in which they came, masks read.
    [[nodiscard]] std::vector<PromptLine> take();
    /// No frame came for what travelled in the stream; the application's go on waiting.
    void refuse_collected(const std::string& reason);
    /// No frame comes any more.
    void refuse_all(const std::string& reason);

    /// Posts what became of a line. Of refusals in a row of what is not tracked only the first is told.
    void answer(const PromptLine& line, const PromptAnswer& answer);
    void refuse(const PromptLine& line, const std::string& reason);
    /// The next refusal is told again: everything was forgotten.
    void restart();

private:
    struct Waiting {
        PromptLine line;
        bool of_application = false;
    };

    [[nodiscard]] std::optional<PromptLine> accept(PromptParse parsed);
    [[nodiscard]] bool wait(PromptLine line, bool of_application);

    GstElement* element_;
    std::string pad_;
    mutable std::mutex mutex_;  // guards the two below; innermost
    std::vector<Waiting> waiting_;
    bool refusing_ = false;  // of prompts for what is not tracked the last was refused
};

}  // namespace ausm::gst
