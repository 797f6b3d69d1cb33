// SPDX-License-Identifier: MIT
// A frame read again: with what its prompts show, and with the masks that it has given itself.
#include "session/mask_rows.h"
#include "session/object_rules.h"
#include "session/tracker.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace ausm {
namespace {

/// The largest value at each cell of what `mask` gives of every object that this frame's prompts show; undefined: none.
template <typename Mask>
at::Tensor united(const std::vector<ObjectWork>& objects, const Mask& mask) {
    at::Tensor all;
    for (const auto& object : objects)
        if (object.prompt && object.prompt->has_inside)
            all = all.defined() ? at::maximum(all, mask(object)) : mask(object);
    return all;
}

/// Whether the model says what a prompt of this frame means: masks are shown as given.
bool is_read(const ObjectWork& object) { return object.prompt && object.prompt->has_inside && object.given < 0; }

}  // namespace

/// The network's second answer about a frame: with these marks, and the state after it. A frame that becomes the anchor
/// reads no older one: what is shown there contradicts it wherever a part becomes an object of its own.
NetPrediction Tracker::refined(const FrameJob& job, const MarkRows& rows) const {
    NetInput input;
    input.history = job.answer.history;
    if (job.is_anchor)
        input.history.anchors = {};
    rows.put_into(input);
    return runner_.refine(input, job.answer.frame);
}

/// What the prompts of this frame make of the objects; the marks with which the frame is read again.
MarkRows Tracker::show_prompts(FrameJob& job) {
    const auto shown = united(job.objects, [](const ObjectWork& object) { return object.prompt->inside; });
    MarkRows rows;
    for (std::size_t i = 0; i < job.objects.size(); ++i) {
        auto& living = job.state.table.objects()[i];
        auto& object = job.objects[i];
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
            }
            if (prompt.outside.defined())
                mark = mark * (1 - prompt.outside);
            object.mask = mark;
            if (!prompt.has_inside)
                object.logits = object.logits.masked_fill(prompt.outside > 0, kHidden);
            if (object.given >= 0 || !object.logits.defined()) {
                living.score = 1;
                object.logits = at::logit(mark, kLogitMargin);
            }
        } else if (shown.defined()) {
            mark = mark * (1 - shown);
        }
        rows.add(living.slot, mark, kind);
    }
    return rows;
}

/// Prompts on this frame: masks are taken as given; boxes, points and scribbles are read with E = X_t + marker(all
/// objects, the prompted ones by their prompts), and only the prompted objects take the result (Alg. 1).
/// What a prompt shows, no other object marks while it is read: a part of something that is followed already could
/// never become an object of its own otherwise. Where the answer is not finite, the object is what the prompt says.
void Tracker::refinement_pass(FrameJob& job) const {
    const auto rows = show_prompts(job);
    if (std::ranges::none_of(job.objects, is_read))
        return;
    const auto prediction = refined(job, rows);
    const auto presence = presences(prediction);
    for (std::size_t i = 0; i < job.objects.size(); ++i) {
        auto& object = job.objects[i];
        if (!is_read(object))
            continue;
        const auto row = static_cast<std::int64_t>(i);
        if (std::isnan(presence[row].item<float>()) || !NetRunner::are_finite(prediction.logits[row]).item<bool>()) {
            job.output.finite = false;
            object.logits = at::logit(object.mask, kLogitMargin);
            continue;
        }
        object.logits = prediction.logits[row];
        if (object.prompt->outside.defined())
            object.logits = object.logits.masked_fill(object.prompt->outside > 0, kHidden);
        object.mask = object.logits.sigmoid();
        job.state.table.objects()[i].score = presence[row].item<float>();
    }
}

/// Prompted objects take their cells from those that have no prompt on this frame: what was shown last is meant.
void Tracker::take_cells(FrameJob& job) {
    const auto mine = united(job.objects, [](const ObjectWork& object) { return object.mask; });
    if (!mine.defined())
        return;
    const auto taken = mine > 0.5;
    for (auto& object : job.objects) {
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
void Tracker::refine_again(FrameJob& job) const {
    if (job.objects.empty())
        return;
    auto& objects = job.state.table.objects();
    MarkRows rows;
    for (std::size_t i = 0; i < objects.size(); ++i)
        rows.add(objects[i].slot, job.objects[i].mask, MarkKind::kModel);
    const auto prediction = refined(job, rows);
    const MaskProbabilities marks(prediction, static_cast<std::int64_t>(objects.size()));
    const auto presence = presences(prediction);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        auto& object = job.objects[i];
        if (object.given >= 0)
            continue;
        const auto row = static_cast<std::int64_t>(i);
        const auto score = presence[row].item<float>();
        if (std::isnan(score) || marks.cells[i] == kNotFinite) {
            job.output.finite = false;
            continue;
        }
        object.logits = prediction.logits[row];
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

}  // namespace ausm
