// SPDX-License-Identifier: MIT
// What the prompts of a frame do to its objects: each is judged and carried out on what those before it have left.
#include "session/tracker.h"

#include <ATen/ATen.h>

namespace ausm {
namespace {

bool shows(PromptKind kind) { return kind != PromptKind::kRemove && kind != PromptKind::kReset; }

/// Two prompts for one object on one frame: what either says is inside or outside; the later one's kind.
PromptMask merged(const PromptMask& first, PromptMask second) {
    second.inside = at::maximum(first.inside, second.inside);
    if (first.outside.defined())
        second.outside = second.outside.defined() ? at::maximum(first.outside, second.outside) : first.outside;
    if (!second.has_inside)
        second.kind = first.kind;
    second.has_inside = second.has_inside || first.has_inside;
    return second;
}

}  // namespace

/// Empty when the object is shown; `id` is then its own.
std::string Tracker::show(FrameJob& job, Grid grid, int position, std::int64_t& id) const {
    auto& table = job.state.table;
    const auto& prompt = job.prompts[static_cast<std::size_t>(position)];
    if (job.options.mode == Mode::kDiscovery)
        return "mode=discovery takes no prompts; use mode=auto, all or prompted";
    const auto cells = net_.mask_grid(grid);
    auto mask = prompt_mask(prompt, cells.rows, cells.columns);
    mask.inside = mask.inside.to(net_.device());
    if (mask.outside.defined())
        mask.outside = mask.outside.to(net_.device());
    auto known = prompt.object != 0 ? table.find(prompt.object) : std::nullopt;
    if (!known) {
        if (!mask.has_inside)
            return "label 0 takes something away from an object; there is no object yet";
        if (prompt.object == 0 && table.next_id() > ObjectTable::kMaxId)
            return "all object ids up to 2^53 are used";
        const bool alone = table.objects().empty();
        if (!job.make_room(limit(job)))
            return "all " + std::to_string(limit(job)) + " objects are in use; remove one, or raise max-objects";
        job.add(prompt.object, ObjectOrigin::kPrompt);
        job.first_shown = job.first_shown || alone;
        known = table.objects().size() - 1;
    }
    auto& object = table.objects()[*known];
    object.origin = ObjectOrigin::kPrompt;
    if (!prompt.label.empty())
        object.label = prompt.label;
    id = object.id;
    auto& entry = job.objects[*known];
    entry.given = prompt.kind == PromptKind::kMask && !entry.prompt ? position : -1;
    entry.prompt = entry.prompt ? merged(*entry.prompt, std::move(mask)) : std::move(mask);
    job.state.prompted = true;
    job.is_anchor = true;
    return {};
}

/// What follows is the first frame of a new stream.
void Tracker::forget(FrameJob& job) const {
    job.state = StreamState{};
    job.state.table = ObjectTable(net_.config().history.id_vectors, job.options.seed);
    job.objects.clear();
    job.first_shown = job.is_anchor = false;
    job.output.changes.clear();
    for (std::size_t i = 0; i < job.output.answers.size(); ++i) {
        auto& answer = job.output.answers[i];
        const auto& prompt = job.prompts[i];
        if (answer.accepted && shows(prompt.kind))
            answer = {false, prompt.object, prompt.ref, "a reset followed on the same frame"};
    }
}

/// Empty when the prompt is carried out; a refused one has changed nothing.
std::string Tracker::take_prompt(FrameJob& job, Grid grid, int position, std::int64_t& id) const {
    const auto& prompt = job.prompts[static_cast<std::size_t>(position)];
    if (auto error = prompt_error(prompt); !error.empty())
        return error;
    if (shows(prompt.kind))
        return show(job, grid, position, id);
    if (prompt.kind == PromptKind::kReset) {
        forget(job);
        return {};
    }
    const auto known = job.state.table.find(prompt.object);
    if (!known)
        return "no such object lives";
    job.remove(*known);
    return {};
}

/// One after the other, each on what those before it have left.
void Tracker::take_prompts(FrameJob& job, Grid grid) const {
    for (std::size_t i = 0; i < job.prompts.size(); ++i) {
        PromptAnswer answer;
        answer.object = job.prompts[i].object;
        answer.ref = job.prompts[i].ref;
        answer.reason = take_prompt(job, grid, static_cast<int>(i), answer.object);
        answer.accepted = answer.reason.empty();
        job.output.answers.push_back(std::move(answer));
    }
    if (job.options.mode != Mode::kPrompted && !(job.options.mode == Mode::kAuto && job.state.prompted))
        return;
    for (auto i = job.objects.size(); i-- > 0;)  // only what was prompted stays
        if (job.state.table.objects()[i].origin == ObjectOrigin::kAuto)
            job.remove(i);
}

}  // namespace ausm
