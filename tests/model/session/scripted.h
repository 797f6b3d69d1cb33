// SPDX-License-Identifier: MIT
// A network that says what a test wants, and a stream over it: the rules of objects on a map of 16 x 24 cells, exactly.
#pragma once

#include "job.h"
#include "reference.h"
#include "session/draw_result.h"
#include "session/tracker.h"
#include "weights_with.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <map>
#include <memory>

namespace ausm::test {

inline constexpr Grid kScriptGrid{4, 6};
inline constexpr int kScriptRows = 16, kScriptColumns = 24, kScriptCells = kScriptRows * kScriptColumns;
inline constexpr float kSure = 30, kNothing = -30;  // logits

/// Logits with these cells inside: `count` of them, row by row, from number `first` on.
inline at::Tensor logits_of(int first, int count) {
    auto logits = at::full({kScriptCells}, kNothing);
    logits.slice(0, first, first + count).fill_(kSure);
    return logits.view({kScriptRows, kScriptColumns});
}

/// The same cells as a mask prompt.
inline Prompt mask_of(int first, int count, std::int64_t object = 0) {
    Prompt prompt;
    prompt.kind = PromptKind::kMask;
    prompt.object = object;
    prompt.mask_width = kScriptColumns, prompt.mask_height = kScriptRows;
    prompt.mask.resize(kScriptCells);
    std::fill_n(prompt.mask.begin() + first, count, std::uint8_t{255});
    return prompt;
}

/// A box over whole rows of cells.
inline Prompt box_of(int first_row, int last_row, std::int64_t object = 0) {
    Prompt prompt;
    prompt.object = object;
    prompt.box = {0, 1.0 * first_row / kScriptRows, 1, (last_row + 1.0) / kScriptRows};
    return prompt;
}

/// A point in the middle of a cell; label 0 takes away.
inline Prompt point_of(int row, int column, bool inside, std::int64_t object = 0) {
    Prompt prompt;
    prompt.kind = PromptKind::kPoints;
    prompt.object = object;
    prompt.points = {{(column + 0.5) / kScriptColumns, (row + 0.5) / kScriptRows, inside}};
    return prompt;
}

/// What the network says of one object or detection.
struct Said {
    float presence = kNothing;  ///< logit
    at::Tensor logits = logits_of(0, 0);
};

/// Answers every frame, and every further pass of one, by the script. The default weights serve for their sizes alone.
class ScriptedRunner final : public NetRunner {
public:
    explicit ScriptedRunner(int anchors = 0) : NetRunner(network(anchors)) {}

    std::map<std::int64_t, Said> objects;  ///< by slot; of others it sees nothing
    std::vector<Said> detections;          ///< the first ones; the others see nothing
    std::vector<std::map<std::int64_t, Said>>
        refinements;  ///< of a frame's further passes; after the last: as `objects`

    std::vector<NetInput> steps, refined, anchored;  ///< what it was asked

    std::vector<NetAnswer> step(std::span<const NetInput> inputs) override {
        std::vector<NetAnswer> answers;
        for (const auto& input : inputs) {
            steps.push_back(input);
            next_refinement_ = 0;
            auto& one = answers.emplace_back();
            static_cast<NetPrediction&>(one) = answer(input, objects);
            one.history = input.history;
            one.history.features = one.history.features + 1;
        }
        return answers;
    }
    NetPrediction refine(const NetInput& input, const Encoded& /*frame*/) override {
        refined.push_back(input);
        const auto number = next_refinement_++;
        return answer(input, number < refinements.size() ? refinements[number] : objects);
    }

    /// Anchor number N is full of Ns, from 1 on.
    at::Tensor anchor(const NetInput& input, const Encoded& /*frame*/) override {
        anchored.push_back(input);
        return at::full({1, kScriptGrid.tokens(), net().config().dim}, static_cast<double>(anchored.size()));
    }

private:
    static const AusmNet& network(int anchors) {
        static std::map<int, std::unique_ptr<AusmNet>> nets;
        auto& net = nets[anchors];
        if (!net)
            net = std::make_unique<AusmNet>(weights_with_anchors(anchors, 0), at::kFloat);
        return *net;
    }
    [[nodiscard]] NetPrediction answer(const NetInput& input, const std::map<std::int64_t, Said>& said) const {
        NetPrediction prediction;
        const auto count = input.count(), all = count + net().config().head.detections;
        prediction.presence = at::full({all}, kNothing);
        prediction.logits = at::full({all, kScriptRows, kScriptColumns}, kNothing);
        const auto put = [&](std::int64_t row, const Said& one) {
            prediction.presence[row].fill_(one.presence);
            prediction.logits[row].copy_(one.logits);
        };
        for (std::int64_t k = 0; k < count; ++k)
            if (const auto found = said.find(input.slots[k].item<std::int64_t>()); found != said.end())
                put(k, found->second);
        for (std::size_t i = 0; i < detections.size(); ++i)
            put(count + static_cast<std::int64_t>(i), detections[i]);
        return prediction;
    }

    std::size_t next_refinement_ = 0;
};

/// One stream over a script; its label map has the size of the masks.
class ScriptedStream {
public:
    explicit ScriptedStream(const SessionOptions& stream_options = {}, int anchors = 0)
        : runner(anchors), options(stream_options) {
        state.table = ObjectTable(runner.net().config().history.id_vectors, options.seed);
    }

    Result step(const std::vector<Prompt>& prompts = {}) {
        const MapRequest map{kScriptColumns, kScriptRows, false};
        const auto job =
            job_of(at::zeros({1, 3, kScriptGrid.rows * 16, kScriptGrid.columns * 16}), std::move(state), options);
        job->prompts = prompts;
        job->map = map;
        Tracker(runner).step({&job, 1});
        state = std::move(job->state);
        if (job->error)
            std::rethrow_exception(job->error);
        Result result;
        draw_result(job->output, prompts, map, kUnknownTime, result);
        return result;
    }
    /// Frames that have gone into the state since it began.
    [[nodiscard]] int remembered() const {
        const auto begun = runner.net().initial_history(1, kScriptGrid).features;
        return static_cast<int>(std::lround((state.history.features - begun).mean().item<double>()));
    }

private:
    c10::InferenceMode inference_;

public:
    ScriptedRunner runner;
    SessionOptions options;
    StreamState state;
};

/// Cells of a map value.
inline std::vector<int> cells_of(const Result& result, int value) {
    std::vector<int> cells;
    for (int i = 0; i < kScriptCells; ++i)
        if (result.map[static_cast<std::size_t>(i)] == value)
            cells.push_back(i);
    return cells;
}

/// The numbers first, first + 1, ... as cells_of() gives them.
inline std::vector<int> run(int first, int count) {
    std::vector<int> cells;
    for (int i = first; i < first + count; ++i)
        cells.push_back(i);
    return cells;
}

inline std::vector<std::int64_t> ids_of(const Result& result) {
    std::vector<std::int64_t> ids;
    for (const auto& object : result.objects)
        ids.push_back(object.id);
    return ids;
}

/// "appeared 1", "removed 2", ... in their order.
inline std::vector<std::string> changes_of(const Result& result) {
    constexpr std::array kNames{"appeared", "absent", "back", "removed"};
    std::vector<std::string> changes;
    for (const auto& change : result.changes)
        changes.push_back(std::string(kNames[static_cast<std::size_t>(change.event)]) + " " +
                          std::to_string(change.id));
    return changes;
}

/// "7" for an accepted prompt of object 7, else the reason.
inline std::vector<std::string> answers_of(const Result& result) {
    std::vector<std::string> answers;
    for (const auto& answer : result.answers)
        answers.push_back(answer.accepted ? std::to_string(answer.object) : answer.reason);
    return answers;
}

}  // namespace ausm::test
