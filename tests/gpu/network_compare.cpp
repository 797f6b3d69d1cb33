// SPDX-License-Identifier: MIT
// The whole network against itself in float64 on the CPU, beside the CPU's own network of the same precision: every
// frame from the exact state and masks (forced), and a whole stream from its own (free).
#include "network.h"

#include "ops/cpu_features.h"

#include <ATen/ATen.h>

namespace ausm::gpu {
namespace {

std::vector<Shape> shapes_of(const Target& target) {
    if (target.quick)
        return {{{3, 0, 5}, 64, 96, 4}};
    return {{{1}, 160, 256, 30},
            {{2}, 256, 448, 6},
            {{0}, 64, 96, 5},
            {{0, 5, 64}, 128, 224, 10},
            {{5, 1, 0, 2, 5, 1, 0, 2, 5, 1, 0, 2, 5, 1, 0, 2}, 96, 128, 6},
            {{64}, 160, 256, 5}};
}

/// Distances from the exact network that a network has had so far.
struct Errors {
    Deviation logits, presence, features, scan, refined;
    double inside = 0, flipped = 0;  // cells of objects in the free stream
    [[nodiscard]] double flipped_share() const { return inside > 0 ? flipped / inside : 0; }
};

class Follower {
public:
    Follower(std::unique_ptr<AusmNet> net, bool plain)
        : net_(std::move(net)), runner_(plain ? std::make_unique<NetRunner>(*net_) : make_runner(*net_)) {}

    void start(const Shape& shape) {
        errors_ = {};
        free_.clear();
        for (std::size_t i = 0; i < shape.objects.size(); ++i)
            free_.push_back(first_frame(*net_, shape.height, shape.width, shape.objects[i], static_cast<int>(i)));
    }

    /// `before`: what the exact network was given; `exact`: what it made of it.
    void forced_step(const std::vector<NetInput>& before, const std::vector<NetStream>& exact) {
        forced_.assign(before.size(), {});
        for (std::size_t i = 0; i < before.size(); ++i) {
            forced_[i].input = before[i];
            forced_[i].input.history = history_for(*net_, before[i].history);
        }
        step(*runner_, forced_);
        for (std::size_t i = 0; i < forced_.size(); ++i) {
            const auto &got = forced_[i].answer, &wanted = exact[i].answer;
            errors_.logits.add(got.logits, wanted.logits);
            errors_.presence.add(got.presence.unsqueeze(0), wanted.presence.unsqueeze(0));
            errors_.features.add(got.history.features, wanted.history.features);
            for (std::size_t k = 0; k < wanted.history.layers.size(); ++k)
                errors_.scan.add(got.history.layers[k].scan, wanted.history.layers[k].scan);
        }
    }

    /// A refinement pass on the frame of the last forced_step().
    void refine(std::size_t stream, const NetInput& given, const NetPrediction& exact) {
        auto one = forced_[stream];
        one.input.slots = given.slots, one.input.kinds = given.kinds, one.input.masks = given.masks;
        errors_.refined.add(test::refine(*runner_, one).logits, exact.logits);
    }

    void free_step(const std::vector<NetStream>& exact, int time) {
        for (std::size_t i = 0; i < free_.size() && time > 0; ++i)
            next_frame(free_[i], time, static_cast<int>(i));
        step(*runner_, free_);
        for (std::size_t i = 0; i < free_.size(); ++i) {
            const auto count = exact[i].input.count();
            const auto wanted = exact[i].answer.logits.slice(0, 0, count) > 0;
            const auto got = free_[i].answer.logits.slice(0, 0, count).to(at::kCPU) > 0;
            errors_.inside += wanted.sum().item<double>();
            errors_.flipped += (wanted != got).sum().item<double>();
        }
    }

    [[nodiscard]] const Errors& errors() const { return errors_; }

private:
    std::unique_ptr<AusmNet> net_;
    std::unique_ptr<NetRunner> runner_;
    std::vector<NetStream> free_, forced_;
    Errors errors_;
};

/// The network that is checked and the one that says how far off its precision is, at best.
struct Pair {
    at::ScalarType dtype;
    std::unique_ptr<Follower> naive, subject;
};

std::vector<Pair> pairs_of(const Target& target) {
    std::vector<Pair> pairs;
    for (const auto dtype : precisions_of(target)) {
        const bool rounded = dtype == at::kBFloat16 && !ops::cpu_has_bfloat16();
        auto naive = rounded ? make_rounded_net(target) : make_net(target, dtype, at::kCPU);
        pairs.push_back({dtype, std::make_unique<Follower>(std::move(naive), true),
                         std::make_unique<Follower>(make_net(target, dtype, target.device), false)});
    }
    return pairs;
}

/// Bounds. Typical, over all rows: twice what the CPU's network of the same precision is off; eight times in float32,
/// where cuDNN may take a fast convolution (Winograd) and every sum has another order. TF32 (2^-11 instead of 2^-24) is
/// far outside. Where the CPU has no bfloat16, the network with rounded weights stands for it: rounding the weights
/// makes 0.9 of the whole error. Overall: the decoder's attention masks are thresholds, and a rounding that flips one
/// moves a whole row by a hundredth or more. Such rows are rare, so that `typical` does not see them and `overall` is
/// allowed 0.01.
void report_errors(Report& report, const Pair& pair) {
    const auto& naive = pair.naive->errors();
    const auto& subject = pair.subject->errors();
    const double times = pair.dtype == at::kFloat ? 8 : 2;
    const auto compare = [&](const std::string& what, const Deviation& got, const Deviation& allowed) {
        report.compare(what + ", typical", {got.typical(), times * allowed.typical() + 1e-7, 1});
        report.compare(what + ", overall", {got.overall(), times * allowed.overall() + 0.01, 1});
    };
    compare("forced: mask logits", subject.logits, naive.logits);
    compare("forced: presence", subject.presence, naive.presence);
    compare("forced: features", subject.features, naive.features);
    compare("forced: scan state", subject.scan, naive.scan);
    compare("refinement pass: mask logits", subject.refined, naive.refined);
    const double rare = pair.dtype == at::kFloat ? 0.002 : 0.01;
    report.compare("free: flipped cells", {subject.flipped_share(), times * naive.flipped_share() + rare, 1});
}

void check_shape(const Shape& shape, const AusmNet& exact_net, std::vector<Pair>& pairs, Report& report,
                 Figures& figures) {
    NetRunner runner(exact_net);
    std::vector<NetStream> exact;
    for (std::size_t i = 0; i < shape.objects.size(); ++i)
        exact.push_back(first_frame(exact_net, shape.height, shape.width, shape.objects[i], static_cast<int>(i)));
    const auto followers = [&](const auto& work) {
        for (auto& pair : pairs)
            work(*pair.naive), work(*pair.subject);
    };
    followers([&](Follower& f) { f.start(shape); });
    for (int time = 0; time < shape.frames; ++time) {
        for (std::size_t i = 0; i < exact.size() && time > 0; ++i)
            next_frame(exact[i], time, static_cast<int>(i));
        const auto before = test::inputs_of(exact);
        step(runner, exact);
        followers([&](Follower& f) { f.forced_step(before, exact); });
        for (std::size_t i = 0; i < exact.size() && time + 1 == shape.frames; ++i) {
            const auto count = exact[i].input.count();
            if (count == 0)
                continue;
            const auto given = first_frame(exact_net, shape.height, shape.width, count, 7).input;
            auto read = exact[i];
            read.input.slots = given.slots, read.input.kinds = given.kinds, read.input.masks = given.masks;
            const auto wanted = test::refine(runner, read);
            followers([&](Follower& f) { f.refine(i, given, wanted); });
        }
        followers([&](Follower& f) { f.free_step(exact, time); });
    }
    for (const auto& pair : pairs) {
        report.enter(name_of(pair.dtype) + ", " + shape.text());
        report_errors(report, pair);
        const auto what = " off, " + name_of(pair.dtype) + ", " + shape.text();
        figures.value("mask logits" + what, pair.subject->errors().logits.typical(), "of their size");
        figures.value("CPU's mask logits" + what, pair.naive->errors().logits.typical(), "of their size");
        figures.value("flipped cells" + what, pair.subject->errors().flipped_share(), "of the objects'");
        figures.value("CPU's flipped cells" + what, pair.naive->errors().flipped_share(), "of the objects'");
    }
}

}  // namespace

void compare_networks(const Target& target, Report& report, Figures& figures) {
    const auto exact = make_net(target, at::kDouble, at::kCPU);
    auto pairs = pairs_of(target);
    for (const auto& shape : shapes_of(target))
        check_shape(shape, *exact, pairs, report, figures);
}

}  // namespace ausm::gpu
