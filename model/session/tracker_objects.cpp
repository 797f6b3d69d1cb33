// SPDX-License-Identifier: MIT
// A frame from its masks to its answer: ageing, discovery, what is kept and what is drawn.
#include "session/object_rules.h"
#include "session/tracker.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace ausm {
namespace {

constexpr std::int64_t kNewCells = 12;  // a detection needs as many
constexpr double kMaxOverlap = 0.5;     // IoU with a living object above which a detection is that object
constexpr double kMaxCovered = 0.7;     // share of a detection that living objects may cover

std::int64_t cells(const at::Tensor& binary) { return binary.sum().item<std::int64_t>(); }

/// The detections [N_det] whose presence reaches the threshold, the surest first, at most top_k. NaN does not reach it.
std::vector<std::int64_t> sure_detections(const at::Tensor& presence, const SessionOptions& options) {
    const auto* values = presence.const_data_ptr<float>();
    std::vector<std::int64_t> order;
    for (std::int64_t query = 0; query < presence.numel(); ++query)
        if (values[query] >= options.threshold)
            order.push_back(query);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] > values[b]; });
    if (options.top_k > 0 && static_cast<std::size_t>(options.top_k) < order.size())
        order.resize(static_cast<std::size_t>(options.top_k));
    return order;
}

/// Whether a detection of `size` cells is one of the living objects, or several of them together.
bool is_known(const at::Tensor& found, std::int64_t size, const std::vector<at::Tensor>& living) {
    auto covered = at::zeros_like(found);
    for (const auto& mask : living) {
        covered.logical_or_(mask);
        if (static_cast<double>(cells(found & mask)) > kMaxOverlap * static_cast<double>(cells(found | mask)))
            return true;
    }
    return static_cast<double>(cells(found & covered)) > kMaxCovered * static_cast<double>(size);
}

/// Rows that are wanted on the host: in one copy, or as they are.
std::vector<at::Tensor> on_host(std::vector<at::Tensor> rows) {
    if (rows.empty() || rows.front().is_cpu())
        return rows;
    return at::stack(rows).to(at::kCPU).unbind();
}

}  // namespace

/// Seen or not, and what follows from it: messages, and the end of discovered objects that stay away.
void Tracker::age_objects(FrameJob& job) const {
    auto& table = job.state.table;
    for (auto i = job.objects.size(); i-- > 0;) {
        auto& object = table.objects()[i];
        auto& entry = job.objects[i];
        const bool seen = entry.prompt || (object.score >= job.options.presence && entry.cells >= kSeenCells);
        object.unseen = seen ? 0 : object.unseen + 1;
        if (object.origin == ObjectOrigin::kAuto && object.unseen > job.options.max_age)
            job.remove(i);
    }
    for (std::size_t i = 0; i < job.objects.size(); ++i) {
        const auto& object = table.objects()[i];
        const bool seen = object.unseen == 0;
        if (object.is_new)
            job.output.changes.push_back({object.id, ObjectEvent::kAppeared});
        else if (seen != job.objects[i].was_seen)
            job.output.changes.push_back({object.id, seen ? ObjectEvent::kBack : ObjectEvent::kAbsent});
    }
}

/// Detections that are no living object become objects, the surest first.
void Tracker::discover(FrameJob& job) const {
    const auto mode = job.options.mode;
    if (mode == Mode::kPrompted || (mode == Mode::kAuto && job.state.prompted))
        return;
    const auto count = static_cast<std::int64_t>(job.marked.size());
    const auto presence = job.presence.slice(0, count);
    const auto detections = job.answer.logits.slice(0, count);
    const auto order = sure_detections(presence, job.options);
    if (order.empty())
        return;
    std::vector<at::Tensor> rows;  // the candidates' logits, then the masks of the living
    for (const auto query : order)
        rows.push_back(detections[query]);
    for (const auto& object : job.objects)
        rows.push_back(object.mask);
    rows = on_host(std::move(rows));
    std::vector<at::Tensor> living;
    for (auto i = order.size(); i < rows.size(); ++i)
        living.push_back(rows[i] > 0.5);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto query = order[i];
        if (!NetRunner::are_finite(rows[i]).item<bool>()) {
            job.output.finite = false;
            continue;
        }
        const auto found = rows[i] > 0;
        const auto size = cells(found);
        if (size < kNewCells || is_known(found, size, living))
            continue;
        if (!job.make_room(limit(job)) || job.state.table.next_id() > ObjectTable::kMaxId)
            break;
        auto& object = job.add(0, ObjectOrigin::kAuto);
        job.is_anchor = true;
        object.score = presence[query].item<float>();
        job.objects.back().logits = detections[query];
        job.objects.back().mask = detections[query].sigmoid();
        job.output.changes.push_back({object.id, ObjectEvent::kAppeared});
        living.push_back(found);
    }
}

/// The frame becomes the newest anchor, with all objects that are seen on it (AusmNet::anchor). An object that is not
/// keeps what an older anchor says of it.
void Tracker::set_anchor(FrameJob& job) const {
    auto& state = job.state;
    const auto all = net_.config().history.anchors;
    const auto count = job.options.anchors < 0 ? all : std::min(all, job.options.anchors);
    if (!job.is_anchor || count == 0 || !job.output.finite)
        return;
    MarkRows rows;
    AnchorTable::Place held;
    for (std::size_t i = 0; i < job.objects.size(); ++i) {
        const auto& object = state.table.objects()[i];
        if (object.unseen > 0)
            continue;
        rows.add(object.slot, job.objects[i].mask, MarkKind::kMask);
        held.push_back({object.id, object.slot});
    }
    if (held.empty())
        return;
    NetInput input;
    rows.put_into(input);
    auto& anchors = state.history.anchors;
    const auto kept = state.anchors.add(std::move(held), state.table, static_cast<std::size_t>(count));
    if (kept == std::size_t{0})
        anchors = anchors.with(1, anchors.tokens.select(1, 0));
    else if (!kept && count > 1)
        anchors = anchors.without(1);
    anchors = anchors.with(0, runner_.anchor(input, job.answer.frame));
}

/// Whether the map that was drawn with the network's answer shows just the objects that are to be seen.
bool Tracker::is_drawn(const FrameJob& job) {
    if (!job.answer.drawn)
        return false;
    std::vector<std::uint8_t> visible(job.marked.size());
    for (std::size_t i = 0; i < job.objects.size(); ++i) {
        const auto& entry = job.objects[i];
        if (job.state.table.objects()[i].unseen > 0 || entry.given >= 0)
            continue;
        if (entry.row < 0)
            return false;
        visible[static_cast<std::size_t>(entry.row)] = 1;
    }
    return visible == job.answer.seen;
}

/// What is to be seen: one rule, whoever draws it.
void Tracker::draw(FrameJob& job) const {
    auto& output = job.output;
    if (is_drawn(job)) {
        output.drawn = job.answer.drawn;
        for (std::size_t i = 0; i < job.objects.size(); ++i)
            output.shown[i].row = job.objects[i].row;
        return;
    }
    std::vector<at::Tensor> logits;
    std::vector<std::uint8_t> values;
    for (std::size_t i = 0; i < job.objects.size(); ++i) {
        const auto& object = job.state.table.objects()[i];
        const auto& entry = job.objects[i];
        if (object.unseen > 0 || entry.given >= 0)
            entry.logits.fill_(kHidden);  // its own, or a row of this frame's answer that nobody else reads
        logits.push_back(entry.logits);
        values.push_back(object.value());
        output.shown[i].row = static_cast<std::int64_t>(i);
    }
    if (logits.empty())
        return;
    output.logits = stacked(logits);
    output.drawn = runner_.draw(output.logits, values, job.map);
    if (output.drawn)
        output.logits = at::Tensor();
}

/// The state after the frame, and the objects as they are told.
void Tracker::finish(FrameJob& job) const {
    auto& state = job.state;
    std::vector<at::Tensor> masks;
    for (std::size_t i = 0; i < job.objects.size(); ++i) {
        auto& object = state.table.objects()[i];
        const auto& entry = job.objects[i];
        masks.push_back(entry.mask);
        Object shown{.id = object.id, .value = object.value(), .label = object.label, .score = object.score};
        shown.origin = object.origin;
        shown.state = object.is_new                         ? ObjectState::kNew
                      : object.unseen == 0                  ? ObjectState::kTracked
                      : object.unseen > job.options.max_age ? ObjectState::kLost
                                                            : ObjectState::kAbsent;
        job.output.shown.push_back({std::move(shown), entry.given});
        object.is_new = false;
    }
    const auto cells = net_.mask_grid(state.history.grid);
    job.output.map_rows = static_cast<int>(cells.rows);
    job.output.map_columns = static_cast<int>(cells.columns);
    state.masks = masks.empty() ? at::Tensor() : stacked(masks);
    ++state.frames;
}

}  // namespace ausm
