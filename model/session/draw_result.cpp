// SPDX-License-Identifier: MIT
// One pass over the map by the kernel; masks that are shown as given go over it afterwards.
#include "session/draw_result.h"

#include "kernels/label_map.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace ausm {
namespace {

/// Where the prompt's mask is inside, nearest pixel, the map takes the object's value.
void paint_given(Result& result, const Prompt& prompt, std::uint8_t value) {
    for (int y = 0; y < result.map_height; ++y) {
        const auto row = static_cast<std::size_t>(y) * static_cast<std::size_t>(result.map_width);
        const auto source = static_cast<std::size_t>((2 * y + 1LL) * prompt.mask_height / (2LL * result.map_height)) *
                            static_cast<std::size_t>(prompt.mask_width);
        for (int x = 0; x < result.map_width; ++x) {
            const auto column = static_cast<std::size_t>((2 * x + 1LL) * prompt.mask_width / (2LL * result.map_width));
            if (prompt.mask[source + column] == 0)
                continue;
            result.map[row + static_cast<std::size_t>(x)] = value;
            if (!result.confidence.empty())
                result.confidence[row + static_cast<std::size_t>(x)] = 255;
        }
    }
}

/// Area and box of every map value, read off the map.
std::array<LabelStats, 256> measure(const Result& result) {
    std::array<LabelStats, 256> all{};
    for (int y = 0; y < result.map_height; ++y) {
        const auto* row = result.map.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(result.map_width);
        for (int x = 0; x < result.map_width; ++x)
            if (row[x] != 0)
                merge_label_stats(all[row[x]], {1, x, y, x + 1, y + 1});
    }
    return all;
}

void describe(Object& object, const LabelStats& stats, const Result& result) {
    const double width = result.map_width, height = result.map_height;
    object.area = static_cast<double>(stats.area) / (width * height);
    object.box = {stats.x0 / width, stats.y0 / height, stats.x1 / width, stats.y1 / height};
}

/// From the logits, by the kernel; statistics of each row.
std::vector<LabelStats> draw_here(const FrameOutput& output, Result& result) {
    const bool any = output.logits.defined();
    std::vector<std::uint8_t> values;
    for (const auto& shown : output.shown)
        values.push_back(shown.object.value);
    std::vector<LabelStats> stats(values.size());
    label_map_cpu({.objects = static_cast<std::int64_t>(values.size()),
                   .rows = output.map_rows,
                   .columns = output.map_columns,
                   .logits = any ? output.logits.const_data_ptr<float>() : nullptr,
                   .logit_object_stride = any ? output.logits.stride(0) : 0,
                   .logit_row_stride = any ? output.logits.stride(1) : 0,
                   .threshold = 0,
                   .values = values.data(),
                   .width = result.map_width,
                   .height = result.map_height,
                   .map = result.map.data(),
                   .map_stride = result.map_width,
                   .confidence = result.confidence.empty() ? nullptr : result.confidence.data(),
                   .confidence_stride = result.map_width,
                   .stats = stats.data()},
                  0, result.map_height);
    return stats;
}

/// From the network's device; statistics in the order of `shown`.
std::vector<LabelStats> fetch(const FrameOutput& output, Result& result) {
    output.drawn->wait();
    std::ranges::copy(output.drawn->map(), result.map.begin());
    std::ranges::copy(output.drawn->confidence(), result.confidence.begin());
    std::vector<LabelStats> stats;
    for (const auto& shown : output.shown)
        stats.push_back(shown.row < 0 ? LabelStats{} : output.drawn->stats(shown.row));
    return stats;
}

}  // namespace

MapRequest map_request(const Frame& frame, InputSize input, const SessionOptions& options) {
    constexpr int kCell = static_cast<int>(kMaskStride);
    if (options.map_size == MapSize::kModel)
        return {input.width / kCell, input.height / kCell, options.confidence};
    return {frame.width, frame.height, options.confidence};
}

void draw_result(FrameOutput& output, std::span<const Prompt> prompts, const MapRequest& map, std::int64_t stream_time,
                 Result& result) {
    result.map_width = map.width;
    result.map_height = map.height;
    const auto pixels = static_cast<std::size_t>(map.width) * static_cast<std::size_t>(map.height);
    result.map.resize(pixels);
    result.confidence.resize(map.confidence ? pixels : 0);
    auto stats = output.drawn ? fetch(output, result) : draw_here(output, result);
    bool given = false;
    for (const auto& shown : output.shown)
        if (shown.given >= 0) {
            paint_given(result, prompts[static_cast<std::size_t>(shown.given)], shown.object.value);
            given = true;
        }
    if (given) {
        const auto all = measure(result);
        for (std::size_t i = 0; i < stats.size(); ++i)
            stats[i] = all[output.shown[i].object.value];
    }
    result.objects.clear();
    for (std::size_t i = 0; i < output.shown.size(); ++i) {
        describe(output.shown[i].object, stats[i], result);
        result.objects.push_back(std::move(output.shown[i].object));
    }
    result.answers = std::move(output.answers);
    result.changes = std::move(output.changes);
    result.finite = output.finite;
    result.stream_time = stream_time;
}

}  // namespace ausm
