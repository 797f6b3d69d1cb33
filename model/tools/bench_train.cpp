// SPDX-License-Identifier: MIT
// ausm bench train: training on all frames of a clip at once against training frame by frame, on the same clips.
#include "tools/bench_stream.h"
#include "tools/command.h"
#include "tools/machine_speed.h"
#include "tools/progress.h"
#include "train/autocast.h"
#include "train/losses.h"
#include "train/weight_groups.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <malloc.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>

namespace ausm::tools {
namespace {

using Json = nlohmann::ordered_json;

struct BenchTrainOptions {
    std::string weights, device = "auto", size = "256x448", precision = "fp32";
    std::vector<std::int64_t> frames{1, 2, 4, 8, 16}, batch{1};
    std::int64_t objects = 5, frozen = 16;
    int rounds = 3, threads = 0;
    bool json = false;
};

/// Noise with rectangles that move, all tracked from a mask prompt in frame 0; what the pictures show costs no time.
train::ClipBatch moving_rectangles(const BenchTrainOptions& options, std::int64_t batch, std::int64_t frames) {
    const auto size = parse_size(options.size);
    const std::int64_t rows = size.height / 4, columns = size.width / 4, count = options.objects;
    std::vector<train::Clip> clips;
    for (std::int64_t b = 0; b < batch; ++b) {
        train::Clip clip;
        clip.images = at::randint(0, 256, {frames, 3, size.height, size.width}, at::kByte);
        clip.masks = at::zeros({frames, count, rows, columns}, at::kByte);
        for (std::int64_t t = 0; t < frames; ++t)
            for (std::int64_t k = 0; k < count; ++k)
                clip.masks[t][k]
                    .narrow(0, (k * rows / (count + 1) + t) % (rows / 2), rows / 3)
                    .narrow(1, (k * columns / (count + 1) + 2 * t) % (columns / 2), columns / 3)
                    .fill_(255);
        clip.marks = at::cat({clip.masks.narrow(0, 0, 1), clip.masks.narrow(0, 0, frames - 1)});
        clip.visible = at::ones({frames, count}, at::kBool);
        clip.tracked = at::ones({frames, count}, at::kBool);
        clip.kinds = at::zeros({frames, count}, at::kLong);
        clip.kinds[0].fill_(static_cast<std::int64_t>(MarkKind::kMask));
        clip.start = at::zeros({count}, at::kLong);
        clip.slots = at::arange(count, at::kLong);
        clip.valid = at::ones({count}, at::kBool);
        clip.anchor_frame = 0;
        clip.anchor_marks = clip.masks[0];
        clip.anchor_kinds = clip.kinds[0];
        clips.push_back(std::move(clip));
    }
    return train::stack(clips);
}

/// From now on the kernel counts the peak of this process's memory anew; false where it cannot.
bool reset_peak() {
    malloc_trim(0);
    return static_cast<bool>(std::ofstream("/proc/self/clear_refs") << "5" << std::flush);
}

struct Way {
    std::vector<double> seconds;
    double peak_mb = 0;  // above what was there before
    double loss = 0;
};

train::Outputs forward(const AusmNet& net, const train::ClipBatch& batch, bool parallel, bool bfloat16) {
    const train::Autocast autocast(bfloat16, net.device().type());
    const auto marks = train::teacher_marks(net, batch);
    return parallel ? train::parallel_forward(net, net.encode(train::normalised_images(net, batch)), batch, marks)
                    : train::iterative_forward(net, batch, marks);
}

void iterate(const AusmNet& net, const train::ClipBatch& batch, bool parallel, bool bfloat16, Way& way) {
    for (const auto& [name, weight] : net.weights())
        weight.mutable_grad() = at::Tensor();
    const bool peak = reset_peak();
    const auto before = resident_megabytes();
    const auto begin = std::chrono::steady_clock::now();
    {
        const auto result = train::loss(forward(net, batch, parallel, bfloat16), batch, {});
        result.total.backward();
        way.loss = result.total.item<double>();  // waits for a GPU
    }
    way.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    if (peak)
        way.peak_mb = std::max(way.peak_mb, static_cast<double>(peak_bytes()) * 1e-6 - before);
}

Json measure(const BenchTrainOptions& options) {
    const auto device = device_of(options.device);
    use_threads(options.threads);
    const AusmNet net(io::Safetensors::read(existing_weights(options.weights)), at::kFloat, device,
                      train::trainable_weights(options.frozen));
    const bool bfloat16 = train::wants_bfloat16(options.precision, device);
    Json out{{"model", net.config().name},
             {"device", device.str()},
             {"threads", at::get_num_threads()},
             {"precision", bfloat16 ? "bf16" : "fp32"},
             {"size", options.size},
             {"objects", options.objects},
             {"frozen-blocks", options.frozen},
             {"rounds", options.rounds},
             {"runs", Json::array()}};
    Progress progress("iteration", static_cast<std::int64_t>(options.frames.size() * options.batch.size()) * 2 *
                                       (options.rounds + 1));
    std::int64_t done = 0;
    for (const auto batch : options.batch)
        for (const auto frames : options.frames) {
            const auto clips = moving_rectangles(options, batch, frames).to(device);
            Way parallel, iterative;
            for (int round = 0; round <= options.rounds; ++round) {  // the first one packs weights
                iterate(net, clips, true, bfloat16, parallel);
                progress.show(++done);
                iterate(net, clips, false, bfloat16, iterative);
                progress.show(++done);
                if (round == 0)
                    parallel = iterative = {};
            }
            const auto p = median(parallel.seconds), i = median(iterative.seconds);
            out["runs"].push_back({{"batch", batch},
                                   {"frames", frames},
                                   {"parallel-seconds", p},
                                   {"iterative-seconds", i},
                                   {"ratio", i / p},
                                   {"parallel-peak-mb", parallel.peak_mb},
                                   {"iterative-peak-mb", iterative.peak_mb},
                                   {"parallel-loss", parallel.loss},
                                   {"iterative-loss", iterative.loss}});
        }
    return out;
}

void print(const Json& out) {
    const auto text = [&](const char* name) { return out[name].get<std::string>(); };
    std::printf("%s %s on %s, %d threads, %s, %lld objects; medians of %d rounds, both ways in turn\n",
                text("model").c_str(), text("precision").c_str(), text("device").c_str(), out["threads"].get<int>(),
                text("size").c_str(), out["objects"].get<long long>(), out["rounds"].get<int>());
    std::printf("%6s %7s  %19s  %6s  %23s\n", "", "", "seconds an iteration", "", "peak memory, MB");
    std::printf("%6s %7s  %9s %10s  %6s  %11s %11s\n", "batch", "frames", "parallel", "iterative", "ratio", "parallel",
                "iterative");
    for (const auto& run : out["runs"]) {
        const auto number = [&](const char* name) { return run[name].get<double>(); };
        std::printf("%6lld %7lld  %9.3f %10.3f  %6.2f  %11.0f %11.0f\n", run["batch"].get<long long>(),
                    run["frames"].get<long long>(), number("parallel-seconds"), number("iterative-seconds"),
                    number("ratio"), number("parallel-peak-mb"), number("iterative-peak-mb"));
    }
}

}  // namespace

void add_bench_train(CLI::App& bench) {
    auto options = std::make_shared<BenchTrainOptions>();
    auto& command = *bench.add_subcommand(
        "train", "Times training on all frames at once against training frame by frame, on the same clips");
    command.footer(
        "An iteration is forward, loss and backward; both ways give the same loss and gradients\n"
        "(arXiv 2508.19242, fig. 4). tools/plot_run.py draws what --json says.\n"
        "Example: ausm bench train --frames 1,2,4,8,16 --batch 1,4");
    options->weights = default_weights();
    command.add_option("--weights", options->weights, "Weights file")->capture_default_str();
    command.add_option("--frames", options->frames, "Frames of the clips")
        ->delimiter(',')
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    command.add_option("--batch", options->batch, "Clips an iteration")
        ->delimiter(',')
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    command.add_option("--size", options->size, "HEIGHTxWIDTH, multiples of 32")
        ->check(size_check())
        ->capture_default_str();
    command.add_option("--objects", options->objects, "Objects of every clip")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command.add_option("--frozen-blocks", options->frozen, "Blocks of the backbone that are not trained")
        ->capture_default_str();
    command.add_option("--precision", options->precision, "fp32, bf16 (autocast) or auto: bf16 where hardware has it")
        ->check(CLI::IsMember({"fp32", "bf16", "auto"}))
        ->capture_default_str();
    command.add_option("--rounds", options->rounds, "Iterations to take the median of")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command.add_option("--device", options->device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    command.add_option("--threads", options->threads, "CPU threads; 0: all cores")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command.add_flag("--json", options->json, "JSON, for programs");
    command.callback([options] {
        const auto out = measure(*options);
        if (options->json)
            std::cout << out.dump(2) << '\n';
        else
            print(out);
    });
}

}  // namespace ausm::tools
