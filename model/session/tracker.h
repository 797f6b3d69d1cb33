// SPDX-License-Identifier: MIT
// One frame of a stream: network, prompts, and the life of objects (arXiv 2508.19242, Alg. 1). Runs on the engine thread.
#pragma once

#include "session/frame_job.h"
#include "session/mask_rows.h"

#include <memory>
#include <span>
#include <string>

namespace ausm {

/// The rules, with the numbers of their measurement (model/README.md). Reentrant for different runners.
class Tracker {
public:
    explicit Tracker(NetRunner& runner) : runner_(runner), net_(runner.net()) {}
    /// One frame of each stream; pictures have one size. Errors stay with the frame that they belong to: when the network
    /// fails on all frames together, each is tried alone.
    void step(std::span<const std::shared_ptr<FrameJob>> jobs) const;

private:
    void begin(FrameJob& job) const;
    void end(FrameJob& job) const;
    /// The most objects that may live.
    [[nodiscard]] int limit(const FrameJob& job) const;

    // tracker.cpp
    static void load_objects(FrameJob& job);
    void enter_grid(FrameJob& job, Grid grid) const;
    static void mark_objects(FrameJob& job);
    static void take_prediction(FrameJob& job);
    // tracker_prompts.cpp
    void take_prompts(FrameJob& job, Grid grid) const;
    std::string take_prompt(FrameJob& job, Grid grid, int position, std::int64_t& id) const;
    std::string show(FrameJob& job, Grid grid, int position, std::int64_t& id) const;
    void forget(FrameJob& job) const;
    // tracker_refinement.cpp
    [[nodiscard]] static MarkRows show_prompts(FrameJob& job);
    [[nodiscard]] NetPrediction refined(const FrameJob& job, const MarkRows& rows) const;
    void refinement_pass(FrameJob& job) const;
    static void take_cells(FrameJob& job);
    void refine_again(FrameJob& job) const;
    // tracker_objects.cpp
    void age_objects(FrameJob& job) const;
    void discover(FrameJob& job) const;
    [[nodiscard]] static bool is_drawn(const FrameJob& job);
    void set_anchor(FrameJob& job) const;
    void draw(FrameJob& job) const;
    void finish(FrameJob& job) const;

    NetRunner& runner_;
    const AusmNet& net_;
};

}  // namespace ausm
