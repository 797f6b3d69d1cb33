// SPDX-License-Identifier: MIT
// One annotated video through the model, frame by frame.
#pragma once

#include "ausm.h"
#include "eval/track_scores.h"
#include "tools/davis_videos.h"

#include <memory>
#include <string>

namespace ausm::tools {

/// How the model is run.
struct StreamOptions {
    PromptKind prompt = PromptKind::kMask;  ///< how an annotation shows its objects
    bool zero_state = false;                ///< the recurrent state is zero before every frame
    double presence = 0.5;                  ///< SessionOptions::presence
    int size = 0;                           ///< SessionOptions::inference_size
    int passes = 1;                         ///< SessionOptions::passes
};

/// A session and the video that it sees. Thread-bound.
class EvalStream {
public:
    /// discovery: the model looks for objects by itself. seed: SessionOptions::seed. The video must outlive the stream.
    EvalStream(Engine& engine, const DavisVideo& video, const StreamOptions& options, bool discovery,
               std::uint64_t seed);

    /// A frame of the video. truth: its annotation. shown: the model is told of all objects in it. Throws
    /// std::runtime_error for a picture that cannot be read or is not of the annotation's size, and when the model
    /// refuses a prompt.
    [[nodiscard]] eval::LabelFrame step(std::size_t frame, const io::IndexPicture& truth, bool shown);

    /// That the last step took in the session.
    [[nodiscard]] double seconds() const { return seconds_; }
    /// Size of the network's input, "448x256"; after the first frame.
    [[nodiscard]] std::string network() const;

private:
    const DavisVideo& video_;
    StreamOptions options_;
    std::unique_ptr<Session> session_;
    Result result_;
    double seconds_ = 0;
};

}  // namespace ausm::tools
