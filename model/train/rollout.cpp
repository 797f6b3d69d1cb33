// SPDX-License-Identifier: MIT
// Two passes over the last frames, because marks are no part of the gradient: once they are known, scan() does the rest.
#include "train/rollout.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace ausm::train {
namespace {

/// Frame t of every clip; frames: [B * T, ...].
Encoded frame_of(const Encoded& frames, std::int64_t batch, std::int64_t t) {
    const auto pick = [&](const at::Tensor& all) {
        const auto one = all.unflatten(0, {batch, -1}).select(1, t);
        return one.contiguous(all.suggest_memory_format());
    };
    Encoded frame{pick(frames.features), {}, frames.grid};
    for (std::size_t level = 0; level < frames.levels.size(); ++level)
        frame.levels[level] = pick(frames.levels[level]);
    return frame;
}

/// The clips whose first frames are stepped through.
class Walk {
public:
    Walk(const AusmNet& net, const ClipBatch& batch, const at::Tensor& marks, const at::Tensor& own)
        : net_(net), batch_(batch), marks_(marks.clone()), own_(own), anchor_(clip_anchor(net, batch)) {}

    void begin(const Encoded& first) {
        positions_ = net_.positions(first.grid);
        history_ = first_history(net_, batch_, first.grid, first.features);
    }
    /// Frame t, whose mark is known by now; leaves that of the next.
    void step(const Encoded& frame, std::int64_t t) {
        const auto compressed =
            net_.compress({batch_.slots, marks_.narrow(1, t, 1), batch_.kinds.narrow(1, t, 1)}, positions_, history_);
        const auto tracked = batch_.tracked.select(1, t);
        if (t + 1 < batch_.time()) {
            const auto masks =
                net_.decode(frame, compressed, history_.anchors, positions_, batch_.slots, tracked).masks;
            wear(masks.narrow(1, 0, batch_.objects()).sigmoid(), t + 1);
        }
        history_.features = frame.features;
        if (anchor_.frames.defined() && anchor_.frames.eq(t).any().item<bool>())
            history_.anchors =
                history_.anchors.with(0, net_.anchor(frame.features, anchor_.marks, positions_), anchor_.frames.eq(t));
    }
    [[nodiscard]] const History& history() const { return history_; }
    [[nodiscard]] const at::Tensor& marks() const { return marks_; }

private:
    void wear(const at::Tensor& predicted, std::int64_t t) {
        auto use = own_.logical_and(batch_.tracked.select(1, t)).logical_and(batch_.tracked.select(1, t - 1));
        if (t == 1)
            use = use.logical_and(batch_.kinds.select(1, 0).ne(static_cast<std::int64_t>(MarkKind::kMask)));
        auto mark = marks_.select(1, t);
        mark.copy_(at::where(use.unsqueeze(-1).unsqueeze(-1), predicted.to(mark.scalar_type()), mark));
    }

    const AusmNet& net_;
    const ClipBatch& batch_;
    at::Tensor marks_, own_;
    AusmNet::ClipAnchor anchor_;
    Positions positions_;
    History history_;
};

/// The anchors that lie before the window, with the gradient of what makes them.
void renew_anchors(const AusmNet& net, const ClipBatch& batch, std::int64_t from, History& history) {
    const auto anchor = clip_anchor(net, batch);
    if (!anchor.frames.defined() || !anchor.frames.lt(from).any().item<bool>())
        return;
    const auto rows = at::arange(batch.batch(), anchor.frames.options());
    auto own = batch;
    own.images = batch.images.index({rows, anchor.frames.clamp_max(batch.time() - 1)}).unsqueeze(1);
    const auto frame = net.encode(normalised_images(net, own));
    history.anchors = history.anchors.with(0, net.anchor(frame.features, anchor.marks, net.positions(frame.grid)),
                                           anchor.frames.lt(from));
}

}  // namespace

Rollout roll_out(const AusmNet& net, const ClipBatch& batch, const at::Tensor& marks, std::int64_t window,
                 const at::Tensor& own) {
    const auto time = batch.time(), from = time - window;
    TORCH_CHECK(window >= 1 && from >= 0, "rollout: a window of ", window, " frames in clips of ", time);
    Rollout result{{}, batch.frames(from, window)};
    const auto late = net.encode(normalised_images(net, result.window));
    Walk walk(net, batch, marks, own);
    History history;
    {
        const c10::NoGradGuard no_grad;
        for (std::int64_t t = 0; t < time; ++t) {
            const auto frame = t < from ? net.encode(normalised_images(net, batch.frames(t, 1)))
                                        : frame_of(late, batch.batch(), t - from);
            if (t == 0)
                walk.begin(frame);
            if (t == from)
                history = walk.history();
            walk.step(frame, t);
        }
    }
    if (from == 0)
        history = first_history(net, batch, late.grid, frame_of(late, batch.batch(), 0).features);
    else
        renew_anchors(net, batch, from, history);
    result.outputs = parallel_forward(net, late, result.window, walk.marks().narrow(1, from, window), history);
    return result;
}

}  // namespace ausm::train
