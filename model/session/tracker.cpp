// SPDX-License-Identifier: MIT
// The life of objects: prompts in, one normal step, one reading pass for what was prompted, ageing, discovery.
#include "session/tracker.h"

#include "ops/lanes.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace ausm {
namespace {

constexpr double kSeenPresence = 0.5;   // presence probability from which an object counts as seen
constexpr std::int64_t kSeenCells = 4;  // and cells of the 1/4 map above one half
constexpr std::int64_t kNewCells = 12;  // a detection needs as many
constexpr double kMaxOverlap = 0.5;     // IoU with a living object above which a detection is that object
constexpr double kMaxCovered = 0.7;     // share of a detection that living objects may cover
constexpr float kHidden = -30;          // logit of what is not to be seen

std::int64_t cells(const at::Tensor& binary) { return binary.sum().item<std::int64_t>(); }

/// The rows below each other, [K, ...]; a view where they lie so already, which is the usual case: the objects of one
/// frame are those of the frame before.
at::Tensor stacked(const std::vector<at::Tensor>& rows) {
    const auto& first = rows.front();
    const auto step = first.numel();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto offset = first.storage_offset() + static_cast<std::int64_t>(i) * step;
        if (!rows[i].is_alias_of(first) || rows[i].storage_offset() != offset || !rows[i].is_contiguous())
            return at::stack(rows);
    }
    auto sizes = first.sizes().vec();
    sizes.insert(sizes.begin(), static_cast<std::int64_t>(rows.size()));
    auto strides = first.strides().vec();
    strides.insert(strides.begin(), step);
    return first.as_strided(sizes, strides);
}

/// Sigmoids of logits [K, h4, w4], and the cells of each row that are above one half.
struct MaskProbabilities {
    explicit MaskProbabilities(const at::Tensor& logits)
        : values(at::empty_like(logits)), cells(static_cast<std::size_t>(logits.size(0))) {
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

}  // namespace

/// One object while a frame is worked on; the same order as the table.
struct ObjectWork {
    at::Tensor logits;                 // [h4, w4] float32
    at::Tensor mask;                   // [h4, w4] probabilities: the mark for the next frame; undefined: not yet seen
    std::optional<PromptMask> prompt;  // all prompts of this frame, merged
    std::int64_t cells = 0;            // of what the model says, above one half
    int given = -1;                    // position of a mask prompt
    bool was_seen = true;
};

struct Tracker::Work {
    explicit Work(StreamFrame& stream) : frame(stream), state(*stream.state), options(*stream.options) {}

    StreamFrame& frame;
    StreamState& state;
    const SessionOptions& options;
    FrameOutput output;
    NetPass pass;
    std::vector<std::size_t> marked;  // positions of the pass's marks
    bool fresh = false;               // the memory starts with this frame
    std::vector<ObjectWork> objects;  // as state.table.objects()
    at::Tensor detection_presence, detection_logits;

    [[nodiscard]] int limit(const NetConfig& config) const {
        return options.max_objects > 0 ? std::min(options.max_objects, config.id_vectors) : config.id_vectors;
    }
    void remove(std::size_t position) {
        output.changes.push_back({state.table.objects()[position].id, ObjectEvent::kRemoved});
        state.table.remove(position);
        objects.erase(objects.begin() + static_cast<std::ptrdiff_t>(position));
    }
    /// A slot for one more object: free, or that of the longest-absent discovered object.
    bool make_room(int most) {
        if (static_cast<int>(objects.size()) < most && state.table.has_free_slot())
            return true;
        const auto absent = state.table.longest_absent();
        if (absent)
            remove(*absent);
        return absent.has_value();
    }
    TrackedObject& add(std::int64_t id, ObjectOrigin origin) {
        objects.emplace_back();
        return state.table.add(id, origin);
    }
};

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
    for (std::size_t i = 0; i < work.objects.size(); ++i) {
        auto mask = state.masks[static_cast<std::int64_t>(i)];
        if (work.fresh)
            mask = at::upsample_bilinear2d(mask.unsqueeze(0).unsqueeze(0), {grid.rows * 4, grid.columns * 4}, false)
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
    const auto grid = work.state.history.grid;
    auto mask = prompt_mask(prompt, grid.rows * 4, grid.columns * 4);
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
        masks.push_back(given_first ? object.prompt->inside : object.mask);
        kinds.push_back(static_cast<std::int64_t>(work.fresh ? MarkKind::kMask : MarkKind::kModel));
    }
    if (!work.marked.empty())
        set_marks(work.pass, slots, masks, kinds);
    work.pass.images = work.frame.images;
    work.pass.history = work.state.history;
}

/// The network's answer: masks and presence of the marked objects, and what else it has found.
void Tracker::take_prediction(Work& work) {
    work.state.history = work.pass.history;
    work.output.times = work.pass.times;
    const auto count = static_cast<std::int64_t>(work.marked.size());
    const auto presence = work.pass.presence.sigmoid();
    const MaskProbabilities marks(work.pass.logits.slice(0, 0, count));
    const auto* scores = presence.const_data_ptr<float>();
    for (std::size_t k = 0; k < work.marked.size(); ++k) {
        const auto row = static_cast<std::int64_t>(k);
        auto& object = work.objects[work.marked[k]];
        object.logits = work.pass.logits[row];
        object.mask = marks.values[row];
        object.cells = marks.cells[k];
        work.state.table.objects()[work.marked[k]].score = scores[k];
    }
    work.detection_presence = presence.slice(0, count).contiguous();
    work.detection_logits = work.pass.logits.slice(0, count);
}

/// Prompts on this frame: masks are taken as given; boxes, points and scribbles are read with E = X_t + marker(all
/// objects, the prompted ones by their prompts), and only the prompted objects take the result (ausm.md section 3).
void Tracker::reading_pass(Work& work) const {
    auto& table = work.state.table;
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
    const MaskProbabilities marks(work.pass.logits.slice(0, 0, static_cast<std::int64_t>(objects.size())));
    const auto presence = work.pass.presence.sigmoid();
    for (std::size_t i = 0; i < objects.size(); ++i) {
        auto& object = work.objects[i];
        if (object.given >= 0)
            continue;
        const auto row = static_cast<std::int64_t>(i);
        object.logits = work.pass.logits[row];
        object.mask = marks.values[row];
        object.cells = marks.cells[i];
        objects[i].score = presence[row].item<float>();
    }
}

/// Seen or not, and what follows from it: messages, and the end of discovered objects that stay away.
void Tracker::age_objects(Work& work) const {
    auto& table = work.state.table;
    for (auto i = work.objects.size(); i-- > 0;) {
        auto& object = table.objects()[i];
        auto& entry = work.objects[i];
        const bool seen = entry.prompt || (object.score >= kSeenPresence && entry.cells >= kSeenCells);
        object.unseen = seen ? 0 : object.unseen + 1;
        if (object.origin == ObjectOrigin::kAuto && object.unseen > work.options.max_age)
            work.remove(i);
    }
    for (std::size_t i = 0; i < work.objects.size(); ++i) {
        const auto& object = table.objects()[i];
        const bool seen = object.unseen == 0;
        if (object.fresh)
            work.output.changes.push_back({object.id, ObjectEvent::kAppeared});
        else if (seen != work.objects[i].was_seen)
            work.output.changes.push_back({object.id, seen ? ObjectEvent::kBack : ObjectEvent::kAbsent});
    }
}

/// Detections that are no living object become objects, the surest first.
void Tracker::discover(Work& work) const {
    const auto mode = work.options.mode;
    if (mode == Mode::kPrompted || (mode == Mode::kAuto && work.state.prompted))
        return;
    auto& table = work.state.table;
    const auto* presence = work.detection_presence.const_data_ptr<float>();
    std::vector<std::int64_t> order(static_cast<std::size_t>(work.detection_presence.numel()));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return presence[a] > presence[b]; });
    if (work.options.top_k > 0 && static_cast<std::size_t>(work.options.top_k) < order.size())
        order.resize(static_cast<std::size_t>(work.options.top_k));
    std::vector<at::Tensor> living;  // made when there is a candidate at all
    for (const auto query : order) {
        if (presence[query] < work.options.threshold)
            break;
        const auto logits = work.detection_logits[query];
        const auto found = logits > 0;
        const auto size = cells(found);
        if (size < kNewCells)
            continue;
        if (living.empty())
            for (const auto& object : work.objects)
                living.push_back(object.mask > 0.5);
        auto covered = at::zeros_like(found);
        const bool same = std::any_of(living.begin(), living.end(), [&](const at::Tensor& mask) {
            covered.logical_or_(mask);
            return static_cast<double>(cells(found & mask)) > kMaxOverlap * static_cast<double>(cells(found | mask));
        });
        if (same || static_cast<double>(cells(found & covered)) > kMaxCovered * static_cast<double>(size))
            continue;
        if (!work.make_room(work.limit(net_.config())) || table.next_id() > ObjectTable::kMaxId)
            break;
        auto& object = work.add(0, ObjectOrigin::kAuto);
        object.score = presence[query];
        work.objects.back().logits = logits;
        work.objects.back().mask = logits.sigmoid();
        work.output.changes.push_back({object.id, ObjectEvent::kAppeared});
        living.push_back(found);
    }
}

FrameOutput Tracker::finish(Work& work) {
    auto& state = work.state;
    std::vector<at::Tensor> masks, logits;
    for (std::size_t i = 0; i < work.objects.size(); ++i) {
        auto& object = state.table.objects()[i];
        const auto& entry = work.objects[i];
        const bool absent = object.unseen > 0;
        if (absent || entry.given >= 0)
            entry.logits.fill_(kHidden);  // its own, or a row of this frame's answer that nobody else reads
        masks.push_back(entry.mask);
        logits.push_back(entry.logits);
        Object shown{.id = object.id, .value = object.value(), .label = object.label, .score = object.score};
        shown.origin = object.origin;
        shown.state = object.fresh                           ? ObjectState::kNew
                      : !absent                              ? ObjectState::kTracked
                      : object.unseen > work.options.max_age ? ObjectState::kLost
                                                             : ObjectState::kAbsent;
        work.output.shown.push_back({std::move(shown), entry.given});
        object.fresh = false;
    }
    work.output.map_rows = static_cast<int>(state.history.grid.rows * 4);
    work.output.map_columns = static_cast<int>(state.history.grid.columns * 4);
    state.masks = masks.empty() ? at::Tensor() : stacked(masks);
    work.output.logits = logits.empty() ? at::Tensor() : stacked(logits);
    ++state.frames;
    return std::move(work.output);
}

void Tracker::begin(Work& work) const {
    const auto& images = work.frame.images;
    enter_grid(work, {images.size(2) / AusmNet::kStride, images.size(3) / AusmNet::kStride});
    take_prompts(work, work.frame.prompts);
    mark_objects(work);
}

void Tracker::end(Work& work) const {
    take_prediction(work);
    reading_pass(work);
    for (int pass = 1; pass < work.options.passes; ++pass)
        read_again(work);
    age_objects(work);
    discover(work);
    work.frame.output = finish(work);
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
