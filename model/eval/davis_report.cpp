// SPDX-License-Identifier: MIT
// Means over objects, then over draws.
#include "eval/davis_report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace ausm::eval {
namespace {

using nlohmann::ordered_json;
using Outcomes = std::vector<const VideoOutcome*>;

double percent(double share) { return 100 * share; }

Spread spread_of(const std::vector<double>& values) {
    Spread spread;
    const auto count = static_cast<double>(values.size());
    for (const double value : values)
        spread.mean += value / count;
    double squares = 0;
    for (const double value : values)
        squares += (value - spread.mean) * (value - spread.mean);
    spread.deviation = values.size() > 1 ? std::sqrt(squares / (count - 1)) : 0;
    spread.least = *std::min_element(values.begin(), values.end());
    spread.most = *std::max_element(values.begin(), values.end());
    return spread;
}

/// draws: the outcomes of each draw, at least one in each.
Summary summarise(const std::string& name, const std::vector<Outcomes>& draws) {
    Summary summary;
    summary.name = name;
    summary.draws = static_cast<int>(draws.size());
    std::vector<DavisSequenceScore> scores;
    std::vector<double> both;
    for (const auto& outcomes : draws) {
        std::vector<DavisSequenceScore> objects;
        summary.frames = 0;
        const auto parts = static_cast<double>(outcomes.size() * draws.size());
        for (const auto* outcome : outcomes) {
            summary.frames += outcome->frames;
            summary.tracks += static_cast<double>(outcome->tracks) / parts;
            summary.tracks_per_frame += outcome->tracks_per_frame / parts;
            for (const auto& object : outcome->objects)
                objects.push_back(object.score);
        }
        summary.objects = objects.size();
        scores.push_back(davis_mean(objects));
        both.push_back(scores.back().mean.mean());
    }
    summary.score = davis_mean(scores);
    summary.both = spread_of(both);
    return summary;
}

ordered_json scores_json(const DavisSequenceScore& score) {
    return {{"J", percent(score.mean.j)},
            {"F", percent(score.mean.f)},
            {"J&F", percent(score.mean.mean())},
            {"first-third", percent(score.first_third.mean())},
            {"middle-third", percent(score.middle_third.mean())},
            {"last-third", percent(score.last_third.mean())}};
}

ordered_json summary_json(const Summary& summary, bool discovery) {
    ordered_json out{{"sequence", summary.name}, {"objects", summary.objects}, {"frames", summary.frames}};
    out.update(scores_json(summary.score));
    out["draws"] = summary.draws;
    out["deviation"] = percent(summary.both.deviation);
    out["least"] = percent(summary.both.least);
    out["most"] = percent(summary.both.most);
    if (discovery) {
        out["tracks"] = summary.tracks;
        out["objects-per-frame"] = summary.tracks_per_frame;
    }
    return out;
}

ordered_json outcome_json(const VideoOutcome& outcome, bool discovery) {
    ordered_json out{{"seed", outcome.seed}, {"sequence", outcome.name}, {"frames", outcome.frames}};
    if (discovery) {
        out["tracks"] = outcome.tracks;
        out["objects-per-frame"] = outcome.tracks_per_frame;
    }
    out["objects"] = ordered_json::array();
    for (std::size_t i = 0; i < outcome.objects.size(); ++i) {
        ordered_json object{{"object", i + 1},
                            {"track", outcome.objects[i].track},
                            {"frames-counted", outcome.objects[i].score.frames}};
        object.update(scores_json(outcome.objects[i].score));
        out["objects"].push_back(std::move(object));
    }
    return out;
}

template <typename... Values>
std::string line(const char* format, Values... values) {
    char text[256];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

std::string row(const Summary& summary, const Report& report) {
    const auto& score = summary.score;
    auto text =
        line("%-20.20s %7zu %6d %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f", summary.name.c_str(), summary.objects,
             summary.frames, percent(score.mean.j), percent(score.mean.f), percent(score.mean.mean()),
             percent(score.first_third.mean()), percent(score.middle_third.mean()), percent(score.last_third.mean()));
    if (report.overall.draws > 1)
        text += line(" %7.2f %7.2f %7.2f", percent(summary.both.deviation), percent(summary.both.least),
                     percent(summary.both.most));
    if (report.discovery)
        text += line(" %7.1f %9.2f", summary.tracks, summary.tracks_per_frame);
    return text + '\n';
}

}  // namespace

Report make_report(std::vector<VideoOutcome> outcomes, std::size_t videos, std::size_t draws, bool discovery) {
    if (outcomes.empty())
        throw std::invalid_argument("there is no outcome to report");
    Report report;
    report.complete = outcomes.size() == videos * draws;
    report.discovery = discovery;
    report.outcomes = std::move(outcomes);
    std::vector<Outcomes> by_draw;
    for (const auto& outcome : report.outcomes) {
        if (by_draw.empty() || by_draw.back().front()->seed != outcome.seed)
            by_draw.emplace_back();
        by_draw.back().push_back(&outcome);
    }
    for (const auto* first : by_draw.front()) {
        std::vector<Outcomes> same;
        for (const auto& outcome : report.outcomes)
            if (outcome.name == first->name)
                same.push_back({&outcome});
        report.videos.push_back(summarise(first->name, same));
    }
    if (by_draw.back().size() < videos && by_draw.size() > 1)
        by_draw.pop_back();
    report.overall = summarise("overall", by_draw);
    return report;
}

std::string table(const Report& report) {
    auto text = line("%-20s %7s %6s %7s %7s %7s %7s %7s %7s", "sequence", "objects", "frames", "J", "F", "J&F",
                     "third 1", "third 2", "third 3");
    if (report.overall.draws > 1)
        text += line(" %7s %7s %7s", "std", "least", "most");
    if (report.discovery)
        text += line(" %7s %9s", "tracks", "per frame");
    text += '\n';
    for (const auto& summary : report.videos)
        text += row(summary, report);
    return text + row(report.overall, report);
}

ordered_json report_json(const Report& report) {
    ordered_json out{{"complete", report.complete},
                     {"sequences", ordered_json::array()},
                     {"overall", summary_json(report.overall, report.discovery)},
                     {"draws", ordered_json::array()}};
    for (const auto& summary : report.videos)
        out["sequences"].push_back(summary_json(summary, report.discovery));
    for (const auto& outcome : report.outcomes)
        out["draws"].push_back(outcome_json(outcome, report.discovery));
    return out;
}

}  // namespace ausm::eval
