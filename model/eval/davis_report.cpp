// SPDX-License-Identifier: MIT
// Means over objects, then over draws.
#include "eval/davis_report.h"

#include "eval/stream_figures.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ausm::eval {
namespace {

using nlohmann::ordered_json;
using Outcomes = std::vector<const VideoOutcome*>;

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

/// The further figures of one draw.
Figures further_of(const Outcomes& outcomes) {
    std::vector<Figures> objects, videos;
    for (const auto* outcome : outcomes) {
        for (const auto& object : outcome->objects)
            objects.push_back(object.figures);
        videos.push_back(outcome->figures);
    }
    return mean_of({mean_of(objects), mean_of(videos)});
}

/// draws: the outcomes of each draw, at least one in each.
Summary summarise(const std::string& name, const std::vector<Outcomes>& draws) {
    Summary summary;
    summary.name = name;
    summary.draws = static_cast<int>(draws.size());
    std::vector<DavisSequenceScore> scores;
    std::vector<double> both;
    std::vector<Figures> further;
    for (const auto& outcomes : draws) {
        std::vector<DavisSequenceScore> objects;
        summary.frames = 0;
        for (const auto* outcome : outcomes) {
            summary.frames += outcome->frames;
            for (const auto& object : outcome->objects)
                objects.push_back(object.score);
        }
        summary.objects = objects.size();
        scores.push_back(davis_mean(objects));
        both.push_back(scores.back().mean.mean());
        further.push_back(further_of(outcomes));
    }
    summary.score = davis_mean(scores);
    summary.both = spread_of(both);
    summary.figures = mean_of(further);
    add_last_to_first(summary.figures);
    return summary;
}

void append(Figures& figures, const Figures& more) { figures.insert(figures.end(), more.begin(), more.end()); }

Figures score_figures(const DavisSequenceScore& score) {
    return {percent("J", "J", score.mean.j),
            percent("F", "F", score.mean.f),
            percent("J&F", "J&F", score.mean.mean()),
            percent("first-third", "third 1", score.first_third.mean()),
            percent("middle-third", "third 2", score.middle_third.mean()),
            percent("last-third", "third 3", score.last_third.mean())};
}

/// spread: whether the table shows the spread over draws.
FigureRow row_of(const Summary& summary, bool spread) {
    const auto title = [&](const char* text) { return spread ? text : ""; };
    FigureRow row{summary.name,
                  {{"objects", "objects", static_cast<double>(summary.objects), 0},
                   {"frames", "frames", static_cast<double>(summary.frames), 0}}};
    append(row.figures, score_figures(summary.score));
    append(row.figures, {{"draws", "", static_cast<double>(summary.draws), 0},
                         percent("deviation", title("std"), summary.both.deviation),
                         percent("least", title("least"), summary.both.least),
                         percent("most", title("most"), summary.both.most)});
    append(row.figures, summary.figures);
    return row;
}

ordered_json summary_json(const Summary& summary) {
    ordered_json out{{"sequence", summary.name}};
    out.update(figures_json(row_of(summary, true).figures));
    return out;
}

ordered_json outcome_json(const VideoOutcome& outcome) {
    ordered_json out{{"seed", outcome.seed}, {"sequence", outcome.name}, {"frames", outcome.frames}};
    out.update(figures_json(outcome.figures));
    out["objects"] = ordered_json::array();
    for (std::size_t i = 0; i < outcome.objects.size(); ++i) {
        const auto& object = outcome.objects[i];
        ordered_json one{{"object", i + 1}, {"track", object.track}, {"frames-counted", object.score.frames}};
        one.update(figures_json(score_figures(object.score)));
        one.update(figures_json(object.figures));
        out["objects"].push_back(std::move(one));
    }
    return out;
}

}  // namespace

Report make_report(std::vector<VideoOutcome> outcomes, std::size_t videos, std::size_t draws) {
    if (outcomes.empty())
        throw std::invalid_argument("there is no outcome to report");
    Report report;
    report.complete = outcomes.size() == videos * draws;
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
    const bool spread = report.overall.draws > 1;
    std::vector<FigureRow> rows;
    for (const auto& summary : report.videos)
        rows.push_back(row_of(summary, spread));
    rows.push_back(row_of(report.overall, spread));
    return figure_table("sequence", rows);
}

ordered_json report_json(const Report& report) {
    ordered_json out{{"complete", report.complete},
                     {"sequences", ordered_json::array()},
                     {"overall", summary_json(report.overall)},
                     {"draws", ordered_json::array()}};
    for (const auto& summary : report.videos)
        out["sequences"].push_back(summary_json(summary));
    for (const auto& outcome : report.outcomes)
        out["draws"].push_back(outcome_json(outcome));
    return out;
}

}  // namespace ausm::eval
