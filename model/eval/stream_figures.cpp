// SPDX-License-Identifier: MIT
// Means of J&F over parts of a stream.
#include "eval/stream_figures.h"

#include <algorithm>
#include <string>

namespace ausm::eval {
namespace {

constexpr std::size_t kTenths = 10;

double mean_of(std::span<const DavisScore> frames) {
    double sum = 0;
    for (const auto& frame : frames)
        sum += frame.mean();
    return sum / static_cast<double>(frames.size());
}

}  // namespace

Figures tenth_figures(std::span<const DavisScore> counted) {
    if (counted.size() < kTenths)
        return {};
    Figures figures;
    for (std::size_t tenth = 0; tenth < kTenths; ++tenth) {
        const auto begin = counted.size() * tenth / kTenths, end = counted.size() * (tenth + 1) / kTenths;
        const auto number = std::to_string(tenth + 1);
        figures.push_back(percent("tenth-" + number, number + "/10", mean_of(counted.subspan(begin, end - begin))));
    }
    return figures;
}

void add_last_to_first(Figures& figures) {
    const auto* first = find(figures, "tenth-1");
    const auto* last = find(figures, "tenth-10");
    if (first != nullptr && last != nullptr && first->value > 0)
        figures.push_back({"last-to-first", "10 / 1", last->value / first->value, 3});
}

Figures after_prompt_figures(std::span<const DavisScore> counted) {
    const auto after = std::min(kAfterPrompt, counted.size());
    Figures figures;
    if (after > 0)
        figures.push_back(
            percent("after-prompt", std::to_string(kAfterPrompt) + " after", mean_of(counted.first(after))));
    if (counted.size() > after)
        figures.push_back(percent("later", "later", mean_of(counted.subspan(after))));
    return figures;
}

}  // namespace ausm::eval
