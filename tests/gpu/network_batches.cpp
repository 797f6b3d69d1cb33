// SPDX-License-Identifier: MIT
// What must not matter: who else is in the batch, what it is padded with, and whether a frame is launched operation by
// operation or replayed as a graph.
#include "network.h"

#include <ATen/ATen.h>

namespace ausm::gpu {
namespace {

constexpr std::int64_t kHeight = 128, kWidth = 224;

/// Rounding of sums that other batch sizes split otherwise; a row that reads another one's is off by its whole size.
double rounding(at::ScalarType dtype) { return dtype == at::kFloat ? 1e-3 : 0.1; }

class Batches {
public:
    Batches(const Target& target, at::ScalarType dtype, Report& report, Figures& figures)
        : dtype_(dtype), net_(make_net(target, dtype, target.device)), runner_(make_runner(*net_)), report_(report),
          figures_(figures) {}

    void replay_equals_launches() {
        constexpr int kRuns = 6;  // two operation by operation, then graphs
        enter("the same frame again and again");
        std::vector<NetAnswer> runs;
        for (int i = 0; i < kRuns; ++i)
            runs.push_back(stepped({3, 5})[1]);
        Deviation off;
        int equal = 0;
        for (int i = 1; i < kRuns; ++i) {
            off.add(runs[static_cast<std::size_t>(i)].logits, runs[0].logits);
            equal += equal_bits(runs[static_cast<std::size_t>(i)], runs[1]) ? 1 : 0;
        }
        report_.compare("mask logits", {off.overall(), rounding(dtype_), 1});
        // The first run times cuDNN's algorithms; from then on they are the same, and deterministic (ops/conv2d.cpp).
        report_.expect("replays have the bits of launches", equal == kRuns - 1);
        figures_.value("runs with the bits of the second, " + name_of(dtype_), equal, "of 5");
    }

    /// Streams 0 and 2 have the same plan in both batches: the same operations on the same sizes.
    void padding_changes_nothing() {
        enter("batch of three");
        const auto padded = stepped({5, 0, 2}), full = stepped({5, 0, 2, 8}), others = stepped({5, 8, 2, 6});
        for (const std::size_t i : {0U, 2U}) {
            report_.expect("stream " + std::to_string(i) + ": equal bits beside a fourth",
                           equal_bits(padded[i], full[i]));
            report_.expect("stream " + std::to_string(i) + ": equal bits beside other objects",
                           equal_bits(padded[i], others[i]));
        }
        const std::array<std::int64_t, 3> objects{5, 0, 2};
        for (std::size_t i = 0; i < objects.size(); ++i) {
            auto stream = first_frame(*net_, kHeight, kWidth, objects[i], static_cast<int>(i));
            step(*runner_, stream);
            const auto& alone = stream.answer;
            Deviation logits, state;
            logits.add(padded[i].logits, alone.logits);
            state.add(padded[i].history.features, alone.history.features);
            state.add(padded[i].history.layers[0].scan, alone.history.layers[0].scan);
            const auto what = "stream " + std::to_string(i);
            report_.compare(what + ": logits as alone", {logits.typical(), rounding(dtype_), 1});
            report_.compare(what + ": state as alone", {state.overall(), rounding(dtype_), 1});
        }
    }

    void order_changes_nothing() {
        enter("batch of sixteen");
        std::vector<NetStream> there, back;
        for (int i = 0; i < 16; ++i)
            there.push_back(first_frame(*net_, kHeight, kWidth, i % 4, i));
        back.assign(there.rbegin(), there.rend());
        step(*runner_, there);
        step(*runner_, back);
        Deviation off;
        for (std::size_t i = 0; i < there.size(); ++i)
            off.add(there[i].answer.logits, back[there.size() - 1 - i].answer.logits);
        report_.compare("in the other order", {off.overall(), rounding(dtype_), 1});
    }

    /// Each until it is replayed, then all once more, when memory that has become free since is full of rubbish: what a
    /// graph refers to belongs to its plan, however many other sizes have come since.
    void many_sizes() {
        enter("ten sizes in turn");
        constexpr int kRuns = 4;  // two operation by operation, one that records, one that only replays
        std::vector<NetAnswer> first;
        for (std::int64_t size = 0; size < 10; ++size)
            first.push_back(stepped_at(size, kRuns));
        const Rubbish rubbish(*net_);
        for (std::int64_t size = 0; size < 10; ++size) {
            const auto again = stepped_at(size, 1);
            const auto what = "size " + std::to_string(size);
            report_.expect(what + ": replayed", again.graphs == (net_->device().is_cuda() ? "replayed" : ""));
            report_.expect(what + ": equal bits", equal_bits(again, first[static_cast<std::size_t>(size)]));
        }
    }

private:
    void enter(const std::string& what) { report_.enter(name_of(dtype_) + ", " + what); }

    /// The first frame of a stream at one of ten sizes, the last of so many times.
    NetAnswer stepped_at(std::int64_t size, int runs) {
        NetStream stream;
        for (int run = 0; run < runs; ++run) {
            stream = first_frame(*net_, 64 + 32 * (size / 5), 64 + 32 * (size % 5), 2, 0);
            step(*runner_, stream);
        }
        return stream.answer;
    }

    /// The first frame of streams with these objects.
    std::vector<NetAnswer> stepped(const std::vector<std::int64_t>& objects) {
        std::vector<NetInput> inputs;
        for (std::size_t i = 0; i < objects.size(); ++i)
            inputs.push_back(first_frame(*net_, kHeight, kWidth, objects[i], static_cast<int>(i)).input);
        return runner_->step(inputs);
    }

    at::ScalarType dtype_;
    std::unique_ptr<AusmNet> net_;
    std::unique_ptr<NetRunner> runner_;
    Report& report_;
    Figures& figures_;
};

}  // namespace

void compare_batches(const Target& target, Report& report, Figures& figures) {
    for (const auto dtype : precisions_of(target)) {
        Batches batches(target, dtype, report, figures);
        batches.replay_equals_launches();
        batches.padding_changes_nothing();
        batches.order_changes_nothing();
        if (!target.quick || !target.on_gpu())
            batches.many_sizes();
    }
}

}  // namespace ausm::gpu
