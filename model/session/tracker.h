// SPDX-License-Identifier: MIT
// One frame of a stream: network, prompts, and the life of objects (arXiv 2508.19242, Alg. 1). Runs on the engine thread.
#pragma once

#include "ausm.h"
#include "session/net_runner.h"
#include "session/object_table.h"
#include "session/prompt_mask.h"

#include <exception>

namespace ausm {

/// Everything that the next frames of a stream depend on. A value: a frame works on a copy, and the copy replaces the
/// original when all of it has succeeded.
struct StreamState {
    History history;
    ObjectTable table;
    at::Tensor masks;       ///< [K, h4, w4] float32 mask probabilities of the last frame, in the table's order; device
    bool prompted = false;  ///< an accepted prompt has ended discovery (Mode::kAuto)
    std::int64_t frames = 0;
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

/// One frame of one stream, on its way through the tracker.
struct StreamFrame {
    StreamState* state = nullptr;  ///< moves on by one frame; of no use after an error
    at::Tensor images;             ///< [1, 3, H, W] normalised
    std::span<const Prompt> prompts;
    const SessionOptions* options = nullptr;
    MapRequest map;  ///< what the caller wants drawn
    FrameOutput output;
    std::exception_ptr error;  ///< what this frame failed with, null when it went well
};

/// The rules, with the numbers of their measurement (model/README.md). Reentrant for different runners.
class Tracker {
public:
    explicit Tracker(NetRunner& runner) : runner_(runner), net_(runner.net()) {}
    /// One frame of each stream; images have one size. Errors stay with the frame that they belong to: when the network
    /// fails on all frames together, each is tried alone.
    void step(std::span<StreamFrame> frames) const;

private:
    struct Work;
    void begin(Work& work) const;
    void end(Work& work) const;
    void run(std::span<Work* const> works) const;
    static void load_objects(Work& work);
    void take_prompts(Work& work, Grid grid) const;
    std::string take_prompt(Work& work, Grid grid, int position, std::int64_t& id) const;
    std::string show(Work& work, Grid grid, int position, std::int64_t& id) const;
    void forget(Work& work) const;
    void enter_grid(Work& work, Grid grid) const;
    static void mark_objects(Work& work);
    static void take_prediction(Work& work);
    void refinement_pass(Work& work) const;
    static void take_cells(Work& work);
    void refine_again(Work& work) const;
    void age_objects(Work& work) const;
    void discover(Work& work) const;
    [[nodiscard]] static bool is_drawn(const Work& work);
    void draw(Work& work) const;
    void finish(Work& work) const;

    NetRunner& runner_;
    const AusmNet& net_;
};

}  // namespace ausm
