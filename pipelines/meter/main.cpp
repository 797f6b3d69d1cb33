// SPDX-License-Identifier: MIT
// pipelines/bench: what a frame costs in a whole pipeline, against the model alone.
#include "pipelines/meter/stages.h"
#include "pipelines/report/settings.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <optional>

namespace ausm::report {
namespace {

using Json = nlohmann::ordered_json;

/// The rounds of one row of the table.
struct Row {
    std::string name;
    std::vector<double> wall, cpu, element;

    void add(const Pace& pace) {
        wall.push_back(pace.milliseconds);
        cpu.push_back(pace.cpu_milliseconds);
    }
};

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

struct Measured {
    std::vector<Row> rows;  // the stages, then the model alone
    std::vector<double> mm_rates;
    ModelRun model;  // of the last round
    int width = 0, height = 0;
};

Measured measure(const BenchSettings& settings) {
    Measured out;
    for (const char* name : kStageNames)
        out.rows.push_back({name, {}, {}, {}});
    out.rows.push_back({"the model alone", {}, {}, {}});
    for (int round = 0; round < settings.rounds; ++round) {
        for (const auto stage : kStages) {
            std::fprintf(stderr, "round %d of %d: %s\n", round + 1, settings.rounds,
                         kStageNames[static_cast<int>(stage)]);
            const StageRun run = run_stage(stage, settings);
            auto& row = out.rows[static_cast<std::size_t>(stage)];
            row.add(run.pace);
            if (run.element > 0)
                row.element.push_back(run.element);
            out.width = run.width;
            out.height = run.height;
        }
        std::fprintf(stderr, "round %d of %d: the model alone\n", round + 1, settings.rounds);
        out.model = run_model(settings, out.width, out.height);
        out.rows.back().add(out.model.pace);
        out.mm_rates.push_back(out.model.mm_rate);
    }
    return out;
}

Json to_json(const Measured& measured, const BenchSettings& settings) {
    const double alone = median(measured.rows.back().wall), alone_cpu = median(measured.rows.back().cpu);
    const double rate = median(measured.mm_rates);
    Json out{{"input", settings.input},
             {"picture", {{"width", measured.width}, {"height", measured.height}}},
             {"model", measured.model.model},
             {"precision", measured.model.precision},
             {"threads", measured.model.threads},
             {"frames", settings.frames},
             {"rounds", settings.rounds},
             {"gflop", measured.model.gflop},
             {"mm-gflop-per-second", rounded(rate, 10)}};
    for (const Row& row : measured.rows) {
        const double wall = median(row.wall), cpu = median(row.cpu);
        Json entry{{"pipeline", row.name},
                   {"frames-per-second", rounded(1e3 / wall, 100)},
                   {"milliseconds", rounded(wall, 100)},
                   {"cpu-milliseconds", rounded(cpu, 100)},
                   {"against-model", rounded(wall / alone, 1000)},
                   {"cpu-against-model", rounded(cpu / alone_cpu, 1000)}};
        if (!row.element.empty())
            entry["element-milliseconds"] = rounded(median(row.element), 100);
        if (row.name != kStageNames[0])
            entry["share-of-mm"] = rounded(measured.model.gflop / (wall * 1e-3) / rate, 1000);
        out["pipelines"].push_back(entry);
    }
    return out;
}

void print(const Json& out) {
    const auto text = [](const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); };
    std::printf("%s x %s pixels, %s in %s, %s threads; medians of %s rounds of %s frames; at::mm %s GFLOP/s\n",
                text(out["picture"]["width"]).c_str(), text(out["picture"]["height"]).c_str(),
                text(out["model"]).c_str(), text(out["precision"]).c_str(), text(out["threads"]).c_str(),
                text(out["rounds"]).c_str(), text(out["frames"]).c_str(), text(out["mm-gflop-per-second"]).c_str());
    std::printf("%-26s %8s %10s %12s %10s %9s %8s\n", "", "frames/s", "ms a frame", "ms all CPUs", "element ms",
                "to model", "of mm");
    for (const auto& row : out["pipelines"]) {
        std::printf("%-26s %8.2f %10.2f %12.2f", text(row["pipeline"]).c_str(), row["frames-per-second"].get<double>(),
                    row["milliseconds"].get<double>(), row["cpu-milliseconds"].get<double>());
        if (row.contains("element-milliseconds"))
            std::printf(" %10.2f", row["element-milliseconds"].get<double>());
        else
            std::printf(" %10s", "");
        std::printf(" %9.3f", row["against-model"].get<double>());
        if (row.contains("share-of-mm"))
            std::printf(" %6.1f %%", 100 * row["share-of-mm"].get<double>());
        std::printf("\n");
    }
}

void bench(int argc, char** argv) {
    BenchSettings settings = read_bench_settings(argc, argv);
    std::optional<DrawnClip> clip;
    if (settings.input.empty()) {
        clip.emplace(kWarmUp + settings.frames);
        settings.input = clip->path();
    }
    const Measured measured = measure(settings);
    if (clip)
        settings.input = "a drawn clip";
    const Json out = to_json(measured, settings);
    if (settings.json)
        std::cout << out.dump(2) << '\n';
    else
        print(out);
}

}  // namespace
}  // namespace ausm::report

int main(int argc, char** argv) {
    try {
        ausm::report::bench(argc, argv);
        return 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench: %s\n", failure.what());
        return 1;
    }
}
