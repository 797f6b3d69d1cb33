// SPDX-License-Identifier: MIT
// A frame from its marks to its masks: one normal step, one refinement pass for what was prompted.
#include "ops/workers.h"
#include "session/object_rules.h"
#include "session/tracker_work.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ausm {
namespace {

constexpr double kLogitMargin = 1e-6;  // of the probabilities 0 and 1

/// Presence probabilities of all queries, on the host: NaN for every logit that is not finite, so that no comparison
/// with a bound holds for it.
at::Tensor presences(const NetPass& pass) {
    auto presence = pass.presence.sigmoid();
    const auto* logits = pass.presence.const_data_ptr<float>();
    auto* values = presence.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < presence.numel(); ++i)
        if (!std::isfinite(logits[i]))
            values[i] = std::numeric_limits<float>::quiet_NaN();
    return presence;
}

/// Sigmoids of the marked objects' logits [K, h4, w4], and the cells of each row that are above one half (kNotFinite:
/// its logits are not all finite).
struct MaskProbabilities {
    explicit MaskProbabilities(const NetPass& pass) : values(pass.probabilities), cells(pass.cells) {
        if (!values.defined())
            compute(pass.logits.slice(0, 0, pass.count()));
    }
    void compute(const at::Tensor& logits) {
        values = at::empty_like(logits);
        cells.resize(static_cast<std::size_t>(logits.size(0)));
        ops::split_range(logits.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
            auto part = values.slice(0, begin, end);
            at::sigmoid_out(part, logits.slice(0, begin, end));
            const auto finite = NetRunner::are_finite(logits.slice(0, begin, end));
            const auto size = logits[0].numel();
            for (auto k = begin; k < end; ++k) {
                const auto* row = part[k - begin].const_data_ptr<float>();
                cells[static_cast<std::size_t>(k)] =
                    finite.const_data_ptr<bool>()[k - begin]
                        ? std::count_if(row, row + size, [](float p) { return p > 0.5F; })
                        : kNotFinite;
            }
        });
    }
    at::Tensor values;
    std::vector<std::int64_t> cells;
};

void set_marks(NetPass& pass, const std::vector<std::int64_t>& slots, const std::vector<at::Tensor>& masks,
               const std::vector<std::int64_t>& kinds) {
    pass.slots = at::tensor(slots);
    pass.masks = stacked(masks);
    pass.kinds = at::tensor(kinds);
}

/// The largest value at each cell of what `mask` gives of every object that this frame's prompts show; undefined: none.
template <typename Mask>
at::Tensor united(const std::vector<ObjectWork>& objects, const Mask& mask) {
    at::Tensor all;
    for (const auto& object : objects)
        if (object.prompt && object.prompt->has_inside)
            all = all.defined() ? at::maximum(all, mask(object)) : mask(object);
    return all;
}

}  // namespace

/// The objects as the last frame left them.
void Tracker::load_objects(Work& work) {
    const auto& state = work.state;
    work.objects.resize(state.table.objects().size());
    for (std::size_t i = 0; i < work.objects.size(); ++i) {
        work.objects[i].mask = state.masks[static_cast<std::int64_t>(i)];
        work.objects[i].was_seen = state.table.objects()[i].unseen == 0;
    }
}

/// A new stream, or a picture of another shape: the memory starts anew, and living objects enter it again by their
/// last masks, so that their ids survive. It also starts anew with the first object that is shown after a time without
/// objects: a memory of frames without any mark is none that training shows, and points on frame 10 lose 9 J&F to it.
void Tracker::enter_grid(Work& work, Grid grid) const {
    auto& state = work.state;
    const bool first_shown = work.first_shown && !work.objects.empty();  // and was not removed again
    work.is_first = state.history.empty() || state.history.grid != grid || first_shown;
    if (!work.is_first)
        return;
    state.history = net_.initial_history(1, grid);
    const auto cells = net_.mask_grid(grid);
    for (auto& object : work.objects)
        if (object.mask.defined())
            object.mask =
                at::upsample_bilinear2d(object.mask.unsqueeze(0).unsqueeze(0), {cells.rows, cells.columns}, false)
                    .squeeze(0)
                    .squeeze(0);
}

/// Alg. 1: objects with a mask of the last frame are marked and tracked. On the first frame of a memory, masks that are
/// given enter with it: E_1 = X_0 + marker(A_0, m_0).
void Tracker::mark_objects(Work& work) {
    std::vector<std::int64_t> slots, kinds;
    std::vector<at::Tensor> masks;
    for (std::size_t i = 0; i < work.objects.size(); ++i) {
        const auto& object = work.objects[i];
        const bool given_first = work.is_first && object.given >= 0;
        if (!object.mask.defined() && !given_first)
            continue;
        work.marked.push_back(i);
        slots.push_back(work.state.table.objects()[i].slot);
        work.pass.values.push_back(work.state.table.objects()[i].value());
        masks.push_back(given_first ? object.prompt->inside : object.mask);
        kinds.push_back(static_cast<std::int64_t>(work.is_first ? MarkKind::kMask : MarkKind::kModel));
    }
    if (!work.marked.empty())
        set_marks(work.pass, slots, masks, kinds);
    // What is shown and further passes change what is seen: the map is drawn after them.
    const bool shown =
        std::any_of(work.objects.begin(), work.objects.end(), [](const auto& object) { return object.prompt; });
    if (!shown && work.options.passes == 1)
        work.pass.map = work.frame.map;
    work.pass.images = work.frame.images;
    work.pass.history = work.state.history;
}

/// The network's answer: masks and presence of the marked objects, and what else it has found. Every query looks at all
/// of the memory and of the frame, so that what is not finite in them shows in the presence: such a frame does not enter
/// the memory, which would never get rid of it. An object of which not all is finite keeps the mask that it had.
void Tracker::take_prediction(Work& work) {
    work.output.times = work.pass.times;
    work.output.graphs = work.pass.graphs;
    const auto count = static_cast<std::int64_t>(work.marked.size());
    const auto presence = presences(work.pass);
    const MaskProbabilities marks(work.pass);
    const auto* scores = presence.const_data_ptr<float>();
    work.output.finite = std::none_of(scores, scores + presence.numel(), [](float score) { return std::isnan(score); });
    if (work.output.finite)
        work.state.history = work.pass.history;
    for (std::size_t k = 0; k < work.marked.size(); ++k) {
        const auto row = static_cast<std::int64_t>(k);
        auto& object = work.objects[work.marked[k]];
        const bool no_presence = std::isnan(scores[k]);
        object.cells = no_presence ? kNotFinite : marks.cells[k];
        work.state.table.objects()[work.marked[k]].score = no_presence ? 0 : scores[k];
        if (object.cells == kNotFinite) {
            work.output.finite = false;
            if (object.mask.defined())
                object.logits = at::logit(object.mask, kLogitMargin);
            continue;
        }
        object.logits = work.pass.logits[row];
        object.row = row;
        object.mask = marks.values[row];
    }
    work.detection_presence = presence.slice(0, count).contiguous();
    work.detection_logits = work.pass.logits.slice(0, count);
}

/// Prompts on this frame: masks are taken as given; boxes, points and scribbles are read with E = X_t + marker(all
/// objects, the prompted ones by their prompts), and only the prompted objects take the result (ausm.md section 3).
/// What a prompt shows, no other object marks while it is read: a part of something that is followed already could
/// never become an object of its own otherwise. Where the answer is not finite, the object is what the prompt says.
void Tracker::refinement_pass(Work& work) const {
    auto& table = work.state.table;
    const auto shown = united(work.objects, [](const ObjectWork& object) { return object.prompt->inside; });
    std::vector<std::int64_t> slots, kinds;
    std::vector<at::Tensor> masks;
    std::vector<std::size_t> order;
    bool needed = false;
    for (std::size_t i = 0; i < work.objects.size(); ++i) {
        auto& object = work.objects[i];
        auto kind = MarkKind::kModel;
        auto mark = object.mask;
        if (object.prompt) {
            const auto& prompt = *object.prompt;
            object.row = -1;
            if (prompt.has_inside) {
                // A correction (label 0) starts from the object as it is, a plain prompt from the prompt alone.
                const bool correction = prompt.outside.defined() && object.mask.defined();
                mark = correction ? at::maximum(object.mask, prompt.inside) : prompt.inside;
                kind = prompt.kind;
                needed = needed || object.given < 0;
            }
            if (prompt.outside.defined())
                mark = mark * (1 - prompt.outside);
            object.mask = mark;
            if (!prompt.has_inside)
                object.logits = object.logits.masked_fill(prompt.outside > 0, kHidden);
            if (object.given >= 0 || !object.logits.defined()) {
                table.objects()[i].score = 1;
                object.logits = at::logit(mark, kLogitMargin);
            }
        } else if (shown.defined()) {
            mark = mark * (1 - shown);
        }
        order.push_back(i);
        slots.push_back(table.objects()[i].slot);
        masks.push_back(mark);
        kinds.push_back(static_cast<std::int64_t>(kind));
    }
    if (!needed)
        return;
    set_marks(work.pass, slots, masks, kinds);
    runner_.refine(work.pass);
    const auto presence = presences(work.pass);
    for (const auto i : order) {
        auto& object = work.objects[i];
        if (!object.prompt || object.given >= 0 || !object.prompt->has_inside)
            continue;
        const auto row = static_cast<std::int64_t>(i);
        if (std::isnan(presence[row].item<float>()) || !NetRunner::are_finite(work.pass.logits[row]).item<bool>()) {
            work.output.finite = false;
            object.logits = at::logit(object.mask, kLogitMargin);
            continue;
        }
        object.logits = work.pass.logits[row];
        if (object.prompt->outside.defined())
            object.logits = object.logits.masked_fill(object.prompt->outside > 0, kHidden);
        object.mask = object.logits.sigmoid();
        table.objects()[i].score = presence[row].item<float>();
    }
}

/// Prompted objects take their cells from those that have no prompt on this frame: what was shown last is meant.
void Tracker::take_cells(Work& work) {
    const auto mine = united(work.objects, [](const ObjectWork& object) { return object.mask; });
    if (!mine.defined())
        return;
    const auto taken = mine > 0.5;
    for (auto& object : work.objects) {
        if (object.prompt)
            continue;
        object.logits = object.logits.masked_fill(taken, kHidden);
        object.row = -1;
        object.mask = object.mask.masked_fill(taken, 0);
        if (object.cells != kNotFinite)
            object.cells = (object.mask > 0.5).sum().item<std::int64_t>();
    }
}

/// The frame once more with E = X_t + marker(all objects, their masks of this frame): what it says replaces masks and
/// presence. Masks that are shown as given stay, and so does what a prompt took away; an answer that is not finite
/// replaces nothing.
void Tracker::refine_again(Work& work) const {
    if (work.objects.empty())
        return;
    auto& objects = work.state.table.objects();
    std::vector<std::int64_t> slots, kinds(objects.size(), static_cast<std::int64_t>(MarkKind::kModel));
    std::vector<at::Tensor> masks;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        slots.push_back(objects[i].slot);
        masks.push_back(work.objects[i].mask);
    }
    set_marks(work.pass, slots, masks, kinds);
    runner_.refine(work.pass);
    const MaskProbabilities marks(work.pass);
    const auto presence = presences(work.pass);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        auto& object = work.objects[i];
        if (object.given >= 0)
            continue;
        const auto row = static_cast<std::int64_t>(i);
        const auto score = presence[row].item<float>();
        if (std::isnan(score) || marks.cells[i] == kNotFinite) {
            work.output.finite = false;
            continue;
        }
        object.logits = work.pass.logits[row];
        object.row = -1;
        object.mask = marks.values[row];
        object.cells = marks.cells[i];
        objects[i].score = score;
        if (object.prompt && object.prompt->outside.defined()) {
            object.logits = object.logits.masked_fill(object.prompt->outside > 0, kHidden);
            object.mask = object.mask.masked_fill(object.prompt->outside > 0, 0);
        }
    }
}

void Tracker::begin(Work& work) const {
    const auto& images = work.frame.images;
    const Grid grid = net_.grid(images.size(2), images.size(3));
    load_objects(work);
    take_prompts(work, grid);
    enter_grid(work, grid);
    mark_objects(work);
}

void Tracker::end(Work& work) const {
    take_prediction(work);
    refinement_pass(work);
    take_cells(work);
    for (int pass = 1; pass < work.options.passes; ++pass) {
        refine_again(work);
        take_cells(work);  // which the pass may have given back
    }
    age_objects(work);
    discover(work);
    finish(work);
    draw(work);
    work.frame.output = std::move(work.output);
}

void Tracker::run(std::span<Work* const> works) const {
    std::vector<NetPass*> passes;
    for (auto* work : works)
        passes.push_back(&work->pass);
    runner_.step(passes);
}

void Tracker::step(std::span<StreamFrame> frames) const {
    const auto guarded = [](StreamFrame& frame, const auto& action) {
        try {
            if (!frame.error)
                action();
        } catch (...) {
            frame.error = std::current_exception();
        }
    };
    std::deque<Work> works;
    std::vector<Work*> ready;
    for (auto& frame : frames)
        guarded(frame, [&] {
            begin(works.emplace_back(frame));
            ready.push_back(&works.back());
        });
    bool together = ready.size() > 1;
    try {
        if (together)
            run(ready);
    } catch (const std::exception&) {
        together = false;
    }
    for (auto* work : ready)
        guarded(work->frame, [&] {
            if (!together)
                run({&work, 1});
            end(*work);
        });
}

}  // namespace ausm
