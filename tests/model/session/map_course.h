// SPDX-License-Identifier: MIT
// A stream whose label maps are drawn beside the network, as a GPU does it, and by the caller: for comparison on any
// device. No test framework.
#pragma once

#include "job.h"
#include "session/draw_result.h"
#include "session/net_plan.h"
#include "session/tracker.h"

#include <ATen/ATen.h>

#include <chrono>

namespace ausm::test {

/// What a GPU repeats as graphs, phase by phase, on the CPU; its maps are drawn beside the network, too.
class PlanRunner final : public NetRunner {
public:
    using NetRunner::NetRunner;

    std::vector<NetAnswer> step(std::span<const NetInput> inputs) override {
        const auto key = NetPlanKey::of(inputs, net().config());
        if (!plan_ || plan_->key() != key)
            plan_ = std::make_unique<NetPlan>(net(), key);
        plan_->load(inputs);
        std::array<double, 3> seconds{};
        for (std::size_t i = 0; i < seconds.size(); ++i) {
            const auto begin = std::chrono::steady_clock::now();
            plan_->phases()[i]();
            seconds[i] = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        }
        plan_->copy_out(inputs);
        auto answers = plan_->take(inputs);
        for (auto& answer : answers)
            answer.times = {.encode = seconds[0], .compress = seconds[1], .decode = seconds[2]};
        return answers;
    }
    std::shared_ptr<DrawnMap> draw(const at::Tensor& logits, std::span<const std::uint8_t> values,
                                   const MapRequest& request) override {
        return std::make_shared<DrawnMap>(logits, values, request);
    }

private:
    std::unique_ptr<NetPlan> plan_;
};

/// Another runner's answers, drawn by the caller.
class WithoutDrawing final : public NetRunner {
public:
    explicit WithoutDrawing(NetRunner& runner) : NetRunner(runner.net()), runner_(runner) {}
    std::vector<NetAnswer> step(std::span<const NetInput> inputs) override {
        std::vector<NetInput> plain(inputs.begin(), inputs.end());
        for (auto& input : plain)
            input.map = {};
        return runner_.step(plain);
    }
    NetPrediction refine(const NetInput& input, const Encoded& frame) override { return runner_.refine(input, frame); }

private:
    NetRunner& runner_;
};

/// Another runner, with the maps counted that it draws when it is asked to.
class DrawsCounted final : public NetRunner {
public:
    explicit DrawsCounted(NetRunner& runner) : NetRunner(runner.net()), runner_(runner) {}
    std::vector<NetAnswer> step(std::span<const NetInput> inputs) override { return runner_.step(inputs); }
    NetPrediction refine(const NetInput& input, const Encoded& frame) override { return runner_.refine(input, frame); }
    std::shared_ptr<DrawnMap> draw(const at::Tensor& logits, std::span<const std::uint8_t> values,
                                   const MapRequest& request) override {
        ++draws;
        return runner_.draw(logits, values, request);
    }
    int draws = 0;

private:
    NetRunner& runner_;
};

/// One frame's map, drawn beside the network and by the caller.
struct CourseFrame {
    Result beside, here;
    bool with_answer = false;  ///< drawn with the network's answer, before the objects were judged
};

/// One stream through a runner that draws.
class MapCourse {
public:
    MapCourse(NetRunner& runner, const SessionOptions& options, int short_side)
        : drawing_(runner), plain_(runner), options_(options), short_side_(short_side) {
        beside_.table = here_.table = ObjectTable(runner.net().config().history.id_vectors, 0);
    }

    CourseFrame step(const Frame& frame, std::span<const Prompt> prompts) {
        CourseFrame result;
        const int draws = drawing_.draws;
        result.with_answer = step(drawing_, beside_, frame, prompts, result.beside) && drawing_.draws == draws;
        static_cast<void>(step(plain_, here_, frame, prompts, result.here));
        return result;
    }

private:
    bool step(NetRunner& runner, StreamState& state, const Frame& frame, std::span<const Prompt> prompts,
              Result& result) const {
        const auto size = input_size(frame, short_side_);
        auto pixels = network_input(frame, size);
        const auto job =
            job_of(at::from_blob(pixels.data(), {1, size.height, size.width, 3}, at::kFloat).permute({0, 3, 1, 2}),
                   std::move(state), options_);
        job->prompts.assign(prompts.begin(), prompts.end());
        job->map = map_request(frame, size, options_);
        Tracker(runner).step({&job, 1});
        state = std::move(job->state);
        if (job->error)
            std::rethrow_exception(job->error);
        auto& output = job->output;
        const bool drawn = output.drawn != nullptr;
        if (output.logits.defined())
            output.logits = output.logits.to(at::kCPU);
        draw_result(output, prompts, job->map, frame.stream_time, result);
        return drawn;
    }

    DrawsCounted drawing_;
    WithoutDrawing plain_;
    SessionOptions options_;
    int short_side_;
    StreamState beside_, here_;
};

}  // namespace ausm::test
