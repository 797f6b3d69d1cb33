// SPDX-License-Identifier: MIT
// One stream of the benchmark: a drawn picture that moves, objects that are tracked in it, and the time of each frame.
#pragma once

#include "ausm.h"

#include <cstdint>
#include <vector>

namespace ausm::tools {

/// RGB picture of checks that move, with a disc over them: the cost of a frame does not depend on what it shows.
class DrawnPicture {
public:
    DrawnPicture(int width, int height);
    void draw(int time);
    /// Borrows the pixels.
    [[nodiscard]] Frame frame() const;

private:
    int width_, height_;
    std::vector<std::uint8_t> pixels_;
};

/// What one frame took and left; times in milliseconds.
struct Sample {
    float frame = 0, cpu = 0;  ///< by the wall's clock; of all threads of the process
    float preprocess = 0, encode = 0, compress = 0, decode = 0, postprocess = 0;
    float other = 0;               ///< of the frame: waking the engine, prompts, objects and their ids
    float resident_megabytes = 0;  ///< of the process, after the frame
};

/// Thread-bound.
class BenchStream {
public:
    /// Room for the samples of `frames` frames is taken now, so that it does not look like growth. restart: the stream
    /// begins anew after so many frames; 0: never.
    BenchStream(Engine& engine, const SessionOptions& options, int objects, int frames, int restart = 0);

    /// The first call gives one box per object. Throws std::runtime_error when not all of them are accepted.
    void step(const Frame& frame, bool keep);

    [[nodiscard]] int objects() const { return objects_; }
    /// As in the options: -1: as many as the model has.
    [[nodiscard]] int anchors() const { return anchors_; }
    [[nodiscard]] int restart() const { return restart_; }
    [[nodiscard]] SessionInfo info() const { return session_->info(); }
    /// Of the frames that were kept.
    [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }

private:
    void check_prompts() const;

    std::unique_ptr<Session> session_;
    int objects_, anchors_, restart_;
    Result result_;
    std::vector<Sample> samples_;
};

/// Resident size of the process now.
[[nodiscard]] double resident_megabytes();
/// Largest resident size of the process so far, bytes; 0 where /proc does not tell.
[[nodiscard]] std::size_t peak_bytes();

}  // namespace ausm::tools
