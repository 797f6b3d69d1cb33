// SPDX-License-Identifier: MIT
// Masks of the tracked and of the matched queries are gathered into one list; everything is computed in float32.
#include "train/losses.h"

#include <ATen/ATen.h>

#include <limits>

namespace ausm::train {
namespace {

/// One mask and its target per row.
struct MaskLists {
    Pairs tracked, detected;  // query of `detected`: counted from the first detection
    at::Tensor seen;          // [tracked] float: is the object visible
};

Pairs pairs_of(const at::Tensor& where) {
    const auto index = at::nonzero(where);
    return {index.select(1, 0), index.select(1, 1), index.select(1, 1)};
}

at::Tensor gather(const at::Tensor& all, const at::Tensor& frame, const at::Tensor& row) {
    return all.index({frame, row});
}

struct PerMask {
    at::Tensor bce, dice;  // [M]
};

PerMask mask_losses(const at::Tensor& logits, const at::Tensor& truth) {
    const auto x = logits.flatten(1), g = truth.flatten(1), p = x.sigmoid();
    return {at::binary_cross_entropy_with_logits(x, g, {}, {}, at::Reduction::None).mean(1),
            1 - (2 * (p * g).sum(1) + 1) / (p.sum(1) + g.sum(1) + 1)};
}

at::Tensor overlap(const at::Tensor& logits, const at::Tensor& truth) {
    const auto p = logits.detach().flatten(1) > 0, g = truth.flatten(1) > 0.5;
    return p.logical_and(g).sum(1).to(at::kFloat) / p.logical_or(g).sum(1).clamp_min(1);
}

double mean_of(const at::Tensor& x) {
    return x.numel() == 0 ? std::numeric_limits<double>::quiet_NaN() : x.mean().item<double>();
}

/// The truth at the resolution of `like`.
at::Tensor truth_like(const at::Tensor& truth, const at::Tensor& like) {
    const auto scale = truth.size(-1) / like.size(-1);
    return scale == 1 ? truth : at::avg_pool2d(truth, {scale, scale});
}

/// One decoder output against the lists.
class OutputLoss {
public:
    OutputLoss(const Prediction& output, const at::Tensor& truth, const MaskLists& lists, std::int64_t objects)
        : presence_(output.presence.to(at::kFloat)), lists_(lists), objects_(objects) {
        const auto masks = output.masks.to(at::kFloat), g = truth_like(truth, masks);
        const auto& [tracked, detected, seen] = lists;
        tracked_logits_ = gather(masks, tracked.frame, tracked.query);
        tracked_truth_ = gather(g, tracked.frame, tracked.object);
        detected_logits_ = gather(masks, detected.frame, detected.query + objects);
        detected_truth_ = gather(g, detected.frame, detected.object);
    }

    /// Sums over masks, weighted.
    [[nodiscard]] PerMask masks(double hidden) const {
        const auto each =
            mask_losses(at::cat({tracked_logits_, detected_logits_}), at::cat({tracked_truth_, detected_truth_}));
        const auto weight =
            at::cat({lists_.seen * (1 - hidden) + hidden, at::ones({lists_.detected.count()}, lists_.seen.options())});
        return {(each.bce * weight).sum(), (each.dice * weight).sum()};
    }
    [[nodiscard]] at::Tensor tracked_presence() const {
        const auto logits = gather(presence_, lists_.tracked.frame, lists_.tracked.query);
        return at::binary_cross_entropy_with_logits(logits, lists_.seen, {}, {}, at::Reduction::Sum);
    }
    /// nothing: [F, N_det], the weight of queries without an object; matched ones count 1.
    [[nodiscard]] at::Tensor detected_presence(const at::Tensor& weight) const {
        const auto logits = presence_.narrow(1, objects_, presence_.size(1) - objects_);
        const auto target = at::zeros(logits.sizes(), logits.options());
        target.index_put_({lists_.detected.frame, lists_.detected.query}, detected_iou().sqrt());
        return (at::binary_cross_entropy_with_logits(logits, target, {}, {}, at::Reduction::None) * weight).sum();
    }
    [[nodiscard]] at::Tensor detected_iou() const { return overlap(detected_logits_, detected_truth_); }
    [[nodiscard]] at::Tensor tracked_iou() const {
        const auto seen = lists_.seen > 0;
        return overlap(tracked_logits_.detach().index({seen}), tracked_truth_.index({seen}));
    }

private:
    at::Tensor presence_;
    const MaskLists& lists_;
    std::int64_t objects_;
    at::Tensor tracked_logits_, tracked_truth_, detected_logits_, detected_truth_;
};

MaskLists lists_of(const Outputs& outputs, const ClipBatch& batch, const at::Tensor& truth) {
    const auto objects = batch.objects();
    const auto valid = batch.valid.unsqueeze(1).expand_as(batch.tracked).flatten(0, 1);
    const auto tracked = batch.tracked.flatten(0, 1), visible = batch.visible.flatten(0, 1);
    const auto detections = outputs.last.presence.size(1) - objects;
    MaskLists lists;
    lists.tracked = pairs_of(tracked.logical_and(valid));
    lists.detected =
        match(outputs.last.presence.narrow(1, objects, detections), outputs.last.masks.narrow(1, objects, detections),
              truth, tracked.logical_not().logical_and(visible).logical_and(valid), {});
    lists.seen = gather(visible, lists.tracked.frame, lists.tracked.object).to(at::kFloat);
    return lists;
}

}  // namespace

Loss loss(const Outputs& outputs, const ClipBatch& batch, const LossWeights& weights, const SumOverProcesses& sum) {
    const auto truth = batch.masks.flatten(0, 1).to(at::kFloat) / 255;  // [F, K, h4, w4]
    const auto lists = lists_of(outputs, batch, truth);
    const auto& detected = lists.detected;
    const auto complete = batch.complete.to(at::kFloat).repeat_interleave(batch.time()).unsqueeze(1);  // [F, 1]
    auto weight = (weights.nothing_partial + (weights.nothing_complete - weights.nothing_partial) * complete)
                      .expand({-1, outputs.last.presence.size(1) - batch.objects()})
                      .clone();
    weight.index_put_({detected.frame, detected.query}, at::ones({}, weight.options()));

    const auto numbers = [](std::int64_t n) { return static_cast<double>(n); };
    auto counts = at::tensor({numbers(lists.tracked.count() + detected.count()), numbers(lists.tracked.count()),
                              weight.sum().item<double>()},
                             at::kDouble);
    if (sum)
        sum(counts);
    counts = counts.clamp_min(1);
    const auto masks = counts[0].item<double>(), tracked = counts[1].item<double>(),
               presence = counts[2].item<double>();

    Loss result;
    const auto add = [&](const Prediction& output, double factor, bool last) {
        const OutputLoss one(output, truth, lists, batch.objects());
        const auto [bce, dice] = one.masks(weights.hidden_mask);
        const auto of_tracked = one.tracked_presence() / tracked,
                   of_detected = one.detected_presence(weight) / presence;
        const auto part = weights.bce * bce / masks + weights.dice * dice / masks +
                          weights.presence * (weights.tracked_presence * of_tracked + of_detected);
        result.total = result.total.defined() ? result.total + factor * part : factor * part;
        if (last) {
            result.bce = bce.item<double>() / masks;
            result.dice = dice.item<double>() / masks;
            result.presence_tracked = of_tracked.item<double>();
            result.presence_detected = of_detected.item<double>();
            result.iou_tracked = mean_of(one.tracked_iou());
            result.iou_detected = mean_of(one.detected_iou());
        }
    };
    for (const auto& output : outputs.intermediate)
        add(output, weights.intermediate, false);
    add(outputs.last, 1, true);
    return result;
}

}  // namespace ausm::train
