// SPDX-License-Identifier: MIT
// A frame from its prompts to its masks: prompts in, one normal step, one reading pass for what was prompted.
#include "ops/lanes.h"
#include "session/object_rules.h"
#include "session/tracker_work.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace ausm {
namespace {

/// Sigmoids of the marked objects' logits [K, h4, w4], and the cells of each row that are above one half.
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
            const auto size = logits[0].numel();
            for (auto k = begin; k < end; ++k) {
                const auto* row = part[k - begin].const_data_ptr<float>();
                cells[static_cast<std::size_t>(k)] = std::count_if(row, row + size, [](float p) { return p > 0.5F; });
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

/// A new stream, or a picture of another shape: the memory starts anew, and living objects enter it again by their
/// last masks, so that their ids survive. It also starts anew with the first prompt after a time without objects: a
/// memory of frames without any mark is none that training shows, and points on frame 10 lose 9 J&F to it.
void Tracker::enter_grid(Work& work, Grid grid) const {
    auto& state = work.state;
    work.objects.resize(state.table.objects().size());
    const bool first_prompt = state.table.objects().empty() && !work.frame.prompts.empty();
    work.fresh = state.history.empty() || state.history.grid != grid || first_prompt;
    if (work.fresh)
        state.history = net_.initial_history(1, grid);
    const auto cells = net_.mask_grid(grid);
    for (std::size_t i = 0; i < work.objects.size(); ++i) {
        auto mask = state.masks[static_cast<std::int64_t>(i)];
        if (work.fresh)
            mask = at::upsample_bilinear2d(mask.unsqueeze(0).unsqueeze(0), {cells.rows, cells.columns}, false)
                       .squeeze(0)
                       .squeeze(0);
        work.objects[i].mask = mask;
        work.objects[i].was_seen = state.table.objects()[i].unseen == 0;
    }
}

/// Empty when the prompt is taken; `id` is then the object's.
std::string Tracker::take_prompt(Work& work, const Prompt& prompt, int position, std::int64_t& id) const {
    auto& table = work.state.table;
    if (work.options.mode == Mode::kDiscovery)
        return "mode=discovery takes no prompts; use mode=auto, all or prompted";
    if (auto error = prompt_error(prompt); !error.empty())
        return error;
    const auto cells = net_.mask_grid(work.state.history.grid);
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
        if (!work.make_room(work.limit(net_.config())))
            return "all " + std::to_string(work.limit(net_.config())) +
                   " objects are in use; remove one, or raise max-objects";
        work.add(prompt.object, ObjectOrigin::kPrompt);
        known = table.objects().size() - 1;
    }
    auto& object = table.objects()[*known];
    object.origin = ObjectOrigin::kPrompt;
    if (!prompt.label.empty())
        object.label = prompt.label;
    id = object.id;
    auto& entry = work.objects[*known];
    entry.given = prompt.kind == PromptKind::kMask && !entry.prompt ? position : -1;
    entry.prompt = entry.prompt ? merged(*entry.prompt, std::move(mask)) : std::move(mask);
    return {};
}

void Tracker::take_prompts(Work& work, std::span<const Prompt> prompts) const {
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        PromptAnswer answer;
        answer.ref = prompts[i].ref;
        answer.reason = take_prompt(work, prompts[i], static_cast<int>(i), answer.object);
        answer.accepted = answer.reason.empty();
        work.state.prompted = work.state.prompted || answer.accepted;
        work.output.answers.push_back(std::move(answer));
    }
    if (work.options.mode != Mode::kPrompted && !(work.options.mode == Mode::kAuto && work.state.prompted))
        return;
    for (auto i = work.objects.size(); i-- > 0;)  // only what was prompted stays
        if (work.state.table.objects()[i].origin == ObjectOrigin::kAuto)
            work.remove(i);
}

/// Alg. 1: objects with a mask of the last frame are marked and tracked. On the first frame of a memory, masks that are
/// given enter with it: E_1 = X_0 + marker(A_0, m_0).
void Tracker::mark_objects(Work& work) {
    std::vector<std::int64_t> slots, kinds;
    std::vector<at::Tensor> masks;
    for (std::size_t i = 0; i < work.objects.size(); ++i) {
        const auto& object = work.objects[i];
        const bool given_first = work.fresh && object.given >= 0;
        if (!object.mask.defined() && !given_first)
            continue;
        work.marked.push_back(i);
        slots.push_back(work.state.table.objects()[i].slot);
        work.pass.values.push_back(work.state.table.objects()[i].value());
        masks.push_back(given_first ? object.prompt->inside : object.mask);
        kinds.push_back(static_cast<std::int64_t>(work.fresh ? MarkKind::kMask : MarkKind::kModel));
    }
    if (!work.marked.empty())
        set_marks(work.pass, slots, masks, kinds);
    // Prompts and further readings change what is seen: the map is drawn after them.
    if (work.frame.prompts.empty() && work.options.passes == 1)
        work.pass.map = work.frame.map;
    work.pass.images = work.frame.images;
    work.pass.history = work.state.history;
}

/// The network's answer: masks and presence of the marked objects, and what else it has found.
void Tracker::take_prediction(Work& work) {
    work.state.history = work.pass.history;
    work.output.times = work.pass.times;
    const auto count = static_cast<std::int64_t>(work.marked.size());
    const auto presence = work.pass.presence.sigmoid();
    const MaskProbabilities marks(work.pass);
    const auto* scores = presence.const_data_ptr<float>();
    for (std::size_t k = 0; k < work.marked.size(); ++k) {
        const auto row = static_cast<std::int64_t>(k);
        auto& object = work.objects[work.marked[k]];
        object.logits = work.pass.logits[row];
        object.row = row;
        object.mask = marks.values[row];
        object.cells = marks.cells[k];
        work.state.table.objects()[work.marked[k]].score = scores[k];
    }
    work.detection_presence = presence.slice(0, count).contiguous();
    work.detection_logits = work.pass.logits.slice(0, count);
}

/// Prompts on this frame: masks are taken as given; boxes, points and scribbles are read with E = X_t + marker(all
/// objects, the prompted ones by their prompts), and only the prompted objects take the result (ausm.md section 3).
/// What a prompt shows, no other object marks while it is read: a part of something that is followed already could
/// never become an object of its own otherwise.
void Tracker::reading_pass(Work& work) const {
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
                object.logits = at::logit(mark, 1e-6);
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
    const auto presence = work.pass.presence.sigmoid();
    for (const auto i : order) {
        auto& object = work.objects[i];
        if (!object.prompt || object.given >= 0 || !object.prompt->has_inside)
            continue;
        const auto row = static_cast<std::int64_t>(i);
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
        object.cells = (object.mask > 0.5).sum().item<std::int64_t>();
    }
}

/// The frame once more with E = X_t + marker(all objects, their masks of this frame): what it says replaces masks and
/// presence. Masks that are shown as given stay.
void Tracker::read_again(Work& work) const {
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
    const auto presence = work.pass.presence.sigmoid();
    for (std::size_t i = 0; i < objects.size(); ++i) {
        auto& object = work.objects[i];
        if (object.given >= 0)
            continue;
        const auto row = static_cast<std::int64_t>(i);
        object.logits = work.pass.logits[row];
        object.row = -1;
        object.mask = marks.values[row];
        object.cells = marks.cells[i];
        objects[i].score = presence[row].item<float>();
    }
}

void Tracker::begin(Work& work) const {
    const auto& images = work.frame.images;
    enter_grid(work, net_.grid(images.size(2), images.size(3)));
    take_prompts(work, work.frame.prompts);
    mark_objects(work);
}

void Tracker::end(Work& work) const {
    take_prediction(work);
    reading_pass(work);
    take_cells(work);
    for (int pass = 1; pass < work.options.passes; ++pass)
        read_again(work);
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
