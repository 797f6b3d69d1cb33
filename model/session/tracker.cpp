// SPDX-License-Identifier: MIT
// A frame from its marks to its masks: one normal step, one refinement pass for what was prompted.
#include "session/tracker.h"

#include "session/mask_rows.h"
#include "session/object_rules.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace ausm {

/// The objects as the last frame left them.
void Tracker::load_objects(FrameJob& job) {
    const auto& state = job.state;
    job.objects.resize(state.table.objects().size());
    for (std::size_t i = 0; i < job.objects.size(); ++i) {
        job.objects[i].mask = state.masks[static_cast<std::int64_t>(i)];
        job.objects[i].was_seen = state.table.objects()[i].unseen == 0;
    }
}

/// A new stream, or a picture of another shape: the state starts anew, and living objects enter it again by their
/// last masks, so that their ids survive. It also starts anew with the first object that is shown after a time without
/// objects: training shows no state of frames without any mark, and points on frame 10 lose 9 J&F to it.
void Tracker::enter_grid(FrameJob& job, Grid grid) const {
    auto& state = job.state;
    const bool first_shown = job.first_shown && !job.objects.empty();  // and was not removed again
    job.is_first = state.history.empty() || state.history.grid != grid || first_shown;
    if (!job.is_first)
        return;
    state.history = net_.initial_history(1, grid);
    state.anchors = {};
    job.is_anchor = job.is_anchor || !job.objects.empty();
    const auto cells = net_.mask_grid(grid);
    for (auto& object : job.objects)
        if (object.mask.defined())
            object.mask =
                at::upsample_bilinear2d(object.mask.unsqueeze(0).unsqueeze(0), {cells.rows, cells.columns}, false)
                    .squeeze(0)
                    .squeeze(0);
}

/// Alg. 1: objects with a mask of the last frame are marked and tracked. On the first frame of a state, masks that are
/// given enter with it: E_1 = X_0 + marker(A_0, m_0).
void Tracker::mark_objects(FrameJob& job) {
    MarkRows rows;
    for (std::size_t i = 0; i < job.objects.size(); ++i) {
        const auto& object = job.objects[i];
        const auto& living = job.state.table.objects()[i];
        const bool given_first = job.is_first && object.given >= 0;
        if (!object.mask.defined() && !given_first)
            continue;
        job.marked.push_back(i);
        job.input.values.push_back(living.value());
        rows.add(living.slot, given_first ? object.prompt->inside : object.mask,
                 job.is_first ? MarkKind::kMask : MarkKind::kModel);
    }
    rows.put_into(job.input);
    // What is shown and further passes change what is seen: the map is drawn after them.
    const bool shown =
        std::any_of(job.objects.begin(), job.objects.end(), [](const auto& object) { return object.prompt; });
    if (!shown && job.options.passes == 1)
        job.input.map = job.map;
    job.input.images = job.picture->images();
    job.input.history = job.state.history;
}

/// The network's answer: masks and presence of the marked objects, and what else it has found. Every query looks at all
/// of the state and of the frame, so that what is not finite in them shows in the presence: such a frame does not enter
/// the state, which would never get rid of it. An object of which not all is finite keeps the mask that it had.
void Tracker::take_prediction(FrameJob& job) {
    job.output.times = job.answer.times;
    job.output.graphs = job.answer.graphs;
    const auto count = static_cast<std::int64_t>(job.marked.size());
    const auto& presence = job.presence = presences(job.answer);
    const MaskProbabilities marks(job.answer, count);
    const auto* scores = presence.const_data_ptr<float>();
    job.output.finite = std::none_of(scores, scores + presence.numel(), [](float score) { return std::isnan(score); });
    if (job.output.finite)
        job.state.history = job.answer.history;
    for (std::size_t k = 0; k < job.marked.size(); ++k) {
        const auto row = static_cast<std::int64_t>(k);
        auto& object = job.objects[job.marked[k]];
        const bool no_presence = std::isnan(scores[k]);
        object.cells = no_presence ? kNotFinite : marks.cells[k];
        job.state.table.objects()[job.marked[k]].score = no_presence ? 0 : scores[k];
        if (object.cells == kNotFinite) {
            job.output.finite = false;
            if (object.mask.defined())
                object.logits = at::logit(object.mask, kLogitMargin);
            continue;
        }
        object.logits = job.answer.logits[row];
        object.row = row;
        object.mask = marks.values[row];
    }
}

void Tracker::begin(FrameJob& job) const {
    const Grid grid = net_.grid(job.size.height, job.size.width);
    load_objects(job);
    take_prompts(job, grid);
    enter_grid(job, grid);
    mark_objects(job);
}

void Tracker::end(FrameJob& job) const {
    take_prediction(job);
    refinement_pass(job);
    take_cells(job);
    for (int pass = 1; pass < job.options.passes; ++pass) {
        refine_again(job);
        take_cells(job);  // which the pass may have given back
    }
    age_objects(job);
    discover(job);
    set_anchor(job);
    finish(job);
    draw(job);
    job.end_work();
}

int Tracker::limit(const FrameJob& job) const {
    const int all = net_.config().history.id_vectors;
    return job.options.max_objects > 0 ? std::min(job.options.max_objects, all) : all;
}

void Tracker::step(std::span<const std::shared_ptr<FrameJob>> jobs) const {
    const auto guarded = [](FrameJob& job, const auto& action) {
        try {
            if (!job.error)
                action();
        } catch (...) {
            job.error = std::current_exception();
        }
    };
    std::vector<FrameJob*> ready;
    for (const auto& job : jobs)
        guarded(*job, [&] {
            begin(*job);
            ready.push_back(job.get());
        });
    const auto ask = [&](std::span<FrameJob* const> some) {
        std::vector<NetInput> inputs;
        for (const auto* job : some)
            inputs.push_back(job->input);
        auto answers = runner_.step(inputs);
        for (std::size_t i = 0; i < some.size(); ++i)
            some[i]->answer = std::move(answers[i]);
    };
    bool together = ready.size() > 1;
    try {
        if (together)
            ask(ready);
    } catch (const std::exception&) {
        together = false;
    }
    for (auto* job : ready)
        guarded(*job, [&] {
            if (!together)
                ask({&job, 1});
            end(*job);
        });
}

}  // namespace ausm
