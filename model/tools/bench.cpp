// SPDX-License-Identifier: MIT
// ausm bench: milliseconds per phase, the share of the machine's speed that they reach, and their course over a stream.
#include "nn/flops.h"
#include "tools/bench_stream.h"
#include "tools/command.h"
#include "tools/machine_speed.h"
#include "tools/progress.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <optional>
#include <span>
#include <stdexcept>

namespace ausm::tools {
namespace {

using Json = nlohmann::ordered_json;

struct BenchOptions {
    ModelOptions model;
    int frames = 100, width = 0, height = 0, fresh = 0;
    std::vector<int> objects{1}, anchors{-1};
    std::string size;
    bool json = false;
};

constexpr int kWarmUp = 5;  // packing of weights, first touches of memory
constexpr int kParts = 10;  // the stream's course is shown in as many

/// To 1 / steps.
double rounded(double value, double steps) { return std::round(value * steps) / steps; }

double median_of(std::span<const Sample> samples, float Sample::*part) {
    std::vector<double> values;
    for (const auto& sample : samples)
        values.push_back(sample.*part);
    return median(std::move(values));
}

/// The picture: as asked for, else three times the size of the network that was asked for, else 1280 x 720.
PictureSize picture_of(const BenchOptions& options, const std::optional<PictureSize>& network) {
    if ((options.width > 0) != (options.height > 0))
        throw std::runtime_error("--width and --height of the picture go together");
    if (options.width > 0)
        return {options.height, options.width};
    return network ? PictureSize{network->height * 3, network->width * 3} : PictureSize{720, 1280};
}

void check_size(const SessionInfo& info, const PictureSize& picture, const std::optional<PictureSize>& network) {
    if (network && (info.input_height != network->height || info.input_width != network->width))
        throw std::runtime_error("a picture of " + std::to_string(picture.width) + " by " +
                                 std::to_string(picture.height) + " pixels goes through the network as " +
                                 std::to_string(info.input_height) + "x" + std::to_string(info.input_width) + ", not " +
                                 std::to_string(network->height) + "x" + std::to_string(network->width) +
                                 "; the long side is at most 1.75 times the short one, and both follow the picture");
}

/// All streams see every frame in turn, and the machine is measured before, between and after the parts of the course,
/// so that what else it does hits all alike.
void run_streams(std::vector<BenchStream>& streams, MachineSpeed& machine, const BenchOptions& options,
                 const PictureSize& size, const std::optional<PictureSize>& network) {
    DrawnPicture picture(size.width, size.height);
    Progress progress("frame", kWarmUp + options.frames);
    const int part = std::max(1, options.frames / kParts);
    for (int t = 0; t < kWarmUp + options.frames; ++t) {
        if (t >= kWarmUp && (t - kWarmUp) % part == 0)
            machine.measure();
        picture.draw(t);
        for (auto& stream : streams) {
            stream.step(picture.frame(), t >= kWarmUp);
            if (t == 0)
                check_size(stream.info(), size, network);
        }
        progress.show(t + 1);
    }
    machine.measure();
}

Json course_of(const std::vector<Sample>& samples) {
    auto course = Json::array();
    const auto parts = std::min<std::size_t>(kParts, samples.size());
    for (std::size_t i = 0; i < parts; ++i) {
        const auto from = samples.size() * i / parts, to = samples.size() * (i + 1) / parts;
        const std::span part(samples.data() + from, to - from);
        course.push_back({{"frame", to},
                          {"milliseconds", rounded(median_of(part, &Sample::frame), 100)},
                          {"cpu-milliseconds", rounded(median_of(part, &Sample::cpu), 100)},
                          {"resident-mb", rounded(part.back().resident_megabytes, 10)}});
    }
    return course;
}

/// Times of the stream that goes on against those of the one that begins anew, part by part: what age costs. The two
/// take turns frame by frame, so that the machine's moods cancel out.
Json age_of(const std::vector<Sample>& going_on, const std::vector<Sample>& fresh) {
    auto age = Json::array();
    const auto parts = std::min<std::size_t>(kParts, fresh.size());
    for (std::size_t i = 0; i < parts; ++i) {
        const auto from = fresh.size() * i / parts, to = fresh.size() * (i + 1) / parts;
        const auto ratio = [&](float Sample::*part) {
            return rounded(median_of(std::span(going_on).subspan(from, to - from), part) /
                               median_of(std::span(fresh).subspan(from, to - from), part),
                           10000);
        };
        age.push_back({{"frame", to}, {"milliseconds", ratio(&Sample::frame)}, {"cpu", ratio(&Sample::cpu)}});
    }
    return age;
}

/// GFLOP, and the share of a rate (1: as fast as it) that the phases, the network and the whole frame reach.
void add_shares(Json& out, const NetworkCost& cost, const MachineRates& machine) {
    const Json times = out["milliseconds"];  // a copy: new keys move the others
    const auto add = [&](const char* name, double flops, double milliseconds) {
        const double rate = flops / (milliseconds * 1e-3);
        out["gflop"][name] = rounded(flops * 1e-9, 1000);
        out["gflop-per-second"][name] = rounded(rate * 1e-9, 10);
        out["share-of-mm"][name] = rounded(rate / machine.mm, 1000);
        out["share-of-conv"][name] = rounded(rate / machine.conv, 1000);
    };
    add("encode", cost.flops(Phase::kEncode), times["encode"]);
    add("compress", cost.flops(Phase::kCompress), times["compress"]);
    add("decode", cost.flops(Phase::kDecode), times["decode"]);
    add("network", cost.flops(), times["network"]);
    add("frame", cost.flops(), times["frame"]);
}

Json run_of(const BenchStream& stream, const NetworkCost& cost, const MachineRates& machine) {
    const auto& samples = stream.samples();
    const auto of = [&](float Sample::*part) { return median_of(samples, part); };
    const double network = of(&Sample::encode) + of(&Sample::compress) + of(&Sample::decode);
    Json out{{"objects", stream.objects()},
             {"anchors", stream.anchors()},
             {"state-bytes", stream.info().state_bytes},
             {"frames-per-second", rounded(1e3 / of(&Sample::frame), 100)},
             {"cpu-milliseconds", rounded(of(&Sample::cpu), 100)}};
    out["milliseconds"] = {{"preprocess", of(&Sample::preprocess)},
                           {"encode", of(&Sample::encode)},
                           {"compress", of(&Sample::compress)},
                           {"decode", of(&Sample::decode)},
                           {"postprocess", of(&Sample::postprocess)},
                           {"other", of(&Sample::other)},
                           {"network", network},
                           {"frame", of(&Sample::frame)}};
    add_shares(out, cost, machine);
    for (auto& value : out["milliseconds"])
        value = rounded(value.get<double>(), 100);
    out["course"] = course_of(samples);
    return out;
}

Json machine_json(const MachineSpeed& machine) {
    const auto part = [&](double MachineRates::*rate) {
        const auto& rounds = machine.rounds();
        const auto [low, high] = std::minmax_element(
            rounds.begin(), rounds.end(), [rate](const auto& a, const auto& b) { return a.*rate < b.*rate; });
        return Json{{"gflop-per-second", rounded(machine.rates().*rate * 1e-9, 10)},
                    {"slowest-round", rounded(*low.*rate * 1e-9, 10)},
                    {"fastest-round", rounded(*high.*rate * 1e-9, 10)}};
    };
    Json out{{"mm", part(&MachineRates::mm)}, {"conv", part(&MachineRates::conv)}};
    out["mm"]["side"] = machine.mm_side();
    return out;
}

/// Every stream's time, CPU time and memory as multiples of the first one's.
void add_ratios(Json& runs) {
    const auto first = runs[0];
    for (std::size_t i = 1; i < runs.size(); ++i) {
        const auto ratio = [&](const Json& mine, const Json& other) {
            return rounded(mine.get<double>() / other.get<double>(), 1000);
        };
        runs[i]["against-first"] = {
            {"frame", ratio(runs[i]["milliseconds"]["frame"], first["milliseconds"]["frame"])},
            {"network", ratio(runs[i]["milliseconds"]["network"], first["milliseconds"]["network"])},
            {"cpu", ratio(runs[i]["cpu-milliseconds"], first["cpu-milliseconds"])},
            {"state", ratio(runs[i]["state-bytes"], first["state-bytes"])}};
    }
}

Json measure(const BenchOptions& options) {
    std::optional<PictureSize> network;
    if (!options.size.empty())
        network = parse_size(options.size);
    const auto picture = picture_of(options, network);
    const auto engine = open_model(options.model);
    const auto& model = engine->info();
    SessionOptions session;
    session.mode = Mode::kPrompted;
    session.inference_size = network ? std::min(network->width, network->height) : 0;
    std::vector<BenchStream> streams;
    for (const int anchors : options.anchors)
        for (const int objects : options.objects) {
            session.anchors = anchors;
            streams.emplace_back(*engine, session, objects, options.frames);
        }
    session.anchors = options.anchors.front();
    if (options.fresh > 0)
        streams.emplace_back(*engine, session, options.objects.front(), options.frames, options.fresh);
    MachineSpeed machine(model);
    run_streams(streams, machine, options, picture, network);

    const auto info = streams.front().info();
    Json out{{"model", model.name},
             {"device", model.device},
             {"precision", precision_name(model.precision)},
             {"threads", model.threads},
             {"picture", {{"width", picture.width}, {"height", picture.height}}},
             {"network", {{"width", info.input_width}, {"height", info.input_height}}},
             {"frames", options.frames},
             {"machine", machine_json(machine)},
             {"peak-mb", rounded(static_cast<double>(peak_bytes()) * 1e-6, 10)},
             {"runs", Json::array()}};
    const auto config = config_of(io::Safetensors::read(options.model.engine.weights));
    for (const auto& stream : streams) {
        auto own = config;
        if (stream.anchors() >= 0)
            own.history.anchors = std::min(own.history.anchors, stream.anchors());
        out["runs"].push_back(
            run_of(stream, network_cost(own, info.input_height, info.input_width, stream.objects()), machine.rates()));
    }
    add_ratios(out["runs"]);
    if (options.fresh > 0) {
        out["runs"].back()["restarted-every"] = options.fresh;
        out["against-fresh"] = age_of(streams.front().samples(), streams.back().samples());
    }
    return out;
}

void print_run(const Json& run) {
    const auto number = [](const Json& value) { return value.get<double>(); };
    const auto restarted = run.contains("restarted-every")
                               ? ", begun anew every " + run["restarted-every"].dump() + " frames"
                               : std::string();
    const auto anchors = run["anchors"] < 0 ? std::string() : ", anchors: " + run["anchors"].dump();
    std::printf("\nobjects: %d%s%s\n  %-12s %8s %8s %9s %7s %8s\n", run["objects"].get<int>(), anchors.c_str(),
                restarted.c_str(), "", "ms", "GFLOP", "GFLOP/s", "of mm", "of conv");
    for (const auto& [name, time] : run["milliseconds"].items()) {
        if (!run["gflop"].contains(name)) {
            std::printf("  %-12s %8.2f\n", name.c_str(), number(time));
            continue;
        }
        std::printf("  %-12s %8.2f %8.3f %9.1f %5.1f %% %6.1f %%\n", name.c_str(), number(time),
                    number(run["gflop"][name]), number(run["gflop-per-second"][name]),
                    100 * number(run["share-of-mm"][name]), 100 * number(run["share-of-conv"][name]));
    }
    std::printf("  %.2f frames per second; %.2f ms of all CPUs a frame; state %zu bytes\n",
                number(run["frames-per-second"]), number(run["cpu-milliseconds"]),
                run["state-bytes"].get<std::size_t>());
    if (run.contains("against-first")) {
        const auto& ratio = run["against-first"];
        std::printf("  against the first: frame %.3f, network %.3f, CPU %.3f, state %.3f\n", number(ratio["frame"]),
                    number(ratio["network"]), number(ratio["cpu"]), number(ratio["state"]));
    }
    std::printf("  over the stream (frames up to: ms, ms of all CPUs, resident MB)\n");
    for (const auto& part : run["course"])
        std::printf("  %9d: %8.2f %8.2f %9.1f\n", part["frame"].get<int>(), number(part["milliseconds"]),
                    number(part["cpu-milliseconds"]), number(part["resident-mb"]));
}

void print(const Json& out) {
    std::printf("%s on %s, %s, %d threads; picture %d x %d, network %d x %d (width x height); medians of %d frames\n",
                out["model"].get<std::string>().c_str(), out["device"].get<std::string>().c_str(),
                out["precision"].get<std::string>().c_str(), out["threads"].get<int>(),
                out["picture"]["width"].get<int>(), out["picture"]["height"].get<int>(),
                out["network"]["width"].get<int>(), out["network"]["height"].get<int>(), out["frames"].get<int>());
    for (const auto& [name, title] :
         {std::pair{"mm", "at::mm " + out["machine"]["mm"]["side"].dump() + "^3"},
          std::pair{"conv", std::string("convolution 3x3, 64 -> 64 channels at 64 x 112")}}) {
        const auto& rate = out["machine"][name];
        std::printf("machine: %s %.1f GFLOP/s (rounds during the run: %.1f to %.1f)\n", title.c_str(),
                    rate["gflop-per-second"].get<double>(), rate["slowest-round"].get<double>(),
                    rate["fastest-round"].get<double>());
    }
    std::printf("peak memory: %.1f MB\n", out["peak-mb"].get<double>());
    for (const auto& run : out["runs"])
        print_run(run);
    if (!out.contains("against-fresh"))
        return;
    std::printf("\nthe first against the one that is begun anew (frames up to: ratio of ms, of ms of all CPUs)\n");
    for (const auto& part : out["against-fresh"])
        std::printf("  %9d: %8.4f %8.4f\n", part["frame"].get<int>(), part["milliseconds"].get<double>(),
                    part["cpu"].get<double>());
}

void run_bench(const BenchOptions& options) {
    const auto out = measure(options);
    if (options.json)
        std::cout << out.dump(2) << '\n';
    else
        print(out);
}

}  // namespace

void add_bench(CLI::App& app) {
    auto options = std::make_shared<BenchOptions>();
    auto* command =
        app.add_subcommand("bench", "Times the model: milliseconds per phase, share of the machine's speed, memory");
    command->footer(
        "The share of the machine's speed is the network's operations (`ausm info`) over the time, against what\n"
        "at::mm and a convolution reach in the same precision, threads and run, in turn with the frames.\n"
        "Examples:\n"
        "  ausm bench                          one object, 100 frames\n"
        "  ausm bench --frames 20000           time and memory over a long stream\n"
        "  ausm bench --frames 20000 --fresh 100   does a frame cost more when the stream is old?\n"
        "  ausm bench --objects 1,8,64         what objects cost\n"
        "  ausm bench --anchors 0,1            what an anchor costs\n"
        "  ausm bench --size 128x224 --json    a smaller network");
    add_model_options(*command, options->model);
    command->add_option("--frames", options->frames, "Frames to time, after 5 to warm up")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--objects", options->objects, "Objects that are tracked; N,M,...: side by side, with ratios")
        ->delimiter(',')
        ->check(CLI::Range(0, 254))
        ->capture_default_str();
    command
        ->add_option("--anchors", options->anchors,
                     "Most anchors of a stream, -1: as many as the model has; N,M,...: side by side, with ratios")
        ->delimiter(',')
        ->check(CLI::Range(-1, 2));
    command
        ->add_option("--fresh", options->fresh, "Beside the first stream one that begins anew every N frames, in turn")
        ->check(CLI::Range(10, 1'000'000));
    command->add_option("--size", options->size, "HEIGHTxWIDTH of the network's input, multiples of 32")
        ->check(size_check());
    command->add_option("--width", options->width, "Of the picture; 1280 unless --size is given")
        ->check(CLI::Range(1, 16384));
    command->add_option("--height", options->height, "Of the picture; 720 unless --size is given")
        ->check(CLI::Range(1, 16384));
    command->add_flag("--json", options->json, "JSON, for programs");
    add_bench_train(*command);
    command->callback([options, command] {
        if (command->get_subcommands().empty())
            run_bench(*options);
    });
}

}  // namespace ausm::tools
