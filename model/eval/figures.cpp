// SPDX-License-Identifier: MIT
// Means by key, and columns as wide as their titles.
#include "eval/figures.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace ausm::eval {
namespace {

constexpr std::size_t kNameWidth = 20;
constexpr std::size_t kLeastWidth = 7;

/// A figure of each title, in the order in which they come first.
Figures columns_of(const std::vector<FigureRow>& rows) {
    Figures columns;
    for (const auto& row : rows)
        for (const auto& figure : row.figures)
            if (!figure.title.empty() && find(columns, figure.key) == nullptr)
                columns.push_back(figure);
    return columns;
}

std::string name_cell(std::string name) {
    name.resize(kNameWidth, ' ');
    return name;
}

/// At the right of its column.
std::string cell(const std::string& text, const Figure& column) {
    const auto width = std::max(kLeastWidth, column.title.size());
    return ' ' + std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string text_of(const Figure* figure) {
    if (figure == nullptr)
        return "-";
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", figure->digits, figure->value);
    return text;
}

}  // namespace

Figure percent(std::string key, std::string title, double share) {
    return {std::move(key), std::move(title), 100 * share};
}

const Figure* find(const Figures& figures, const std::string& key) {
    const auto found = std::find_if(figures.begin(), figures.end(), [&](const auto& one) { return one.key == key; });
    return found == figures.end() ? nullptr : &*found;
}

Figures mean_of(const std::vector<Figures>& sets) {
    Figures means;
    for (const auto& set : sets)
        for (const auto& figure : set)
            if (find(means, figure.key) == nullptr)
                means.push_back(figure);
    for (auto& mean : means) {
        double sum = 0, count = 0;
        for (const auto& set : sets)
            if (const auto* figure = find(set, mean.key); figure != nullptr)
                sum += figure->value, ++count;
        mean.value = sum / count;
    }
    return means;
}

std::string figure_table(const std::string& head, const std::vector<FigureRow>& rows) {
    const auto columns = columns_of(rows);
    auto text = name_cell(head);
    for (const auto& column : columns)
        text += cell(column.title, column);
    text += '\n';
    for (const auto& row : rows) {
        text += name_cell(row.name);
        for (const auto& column : columns)
            text += cell(text_of(find(row.figures, column.key)), column);
        text += '\n';
    }
    return text;
}

nlohmann::ordered_json figures_json(const Figures& figures) {
    auto out = nlohmann::ordered_json::object();
    for (const auto& figure : figures)
        if (figure.digits == 0)
            out[figure.key] = std::llround(figure.value);
        else
            out[figure.key] = figure.value;
    return out;
}

}  // namespace ausm::eval
