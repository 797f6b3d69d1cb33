// SPDX-License-Identifier: MIT
// Milliseconds of one processor for a line with three objects, by the size of the map and the form of the masks.
#include "gst/gstausmmeta.h"
#include "gst/gstausmmetajson.h"
#include "gst/raii.h"

#include <benchmark/benchmark.h>

#include <cmath>

namespace {

using namespace ausm::gst;

/// Three blobs with wavy borders, each a tenth of the map.
ausm::Result blobs(int width, int height) {
    ausm::Result result;
    result.map_width = width;
    result.map_height = height;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const int nearest = std::min(2, 3 * x / width);
            const double across = (static_cast<double>(x) / width - (1 + 2 * nearest) / 6.) / 0.12;
            const double down = (static_cast<double>(y) / height - 0.5) / 0.3;
            const bool inside = across * across + down * down < 1 + 0.1 * std::sin(9 * std::atan2(across, down));
            result.map.push_back(static_cast<std::uint8_t>(inside ? nearest + 1 : 0));
        }
    for (std::uint8_t value = 1; value <= 3; ++value) {
        ausm::Object object;
        object.id = object.value = value;
        object.box = {0.1, 0.1, 0.9, 0.9};
        result.objects.push_back(object);
    }
    return result;
}

void line(benchmark::State& state) {
    const auto width = static_cast<int>(state.range(0)), height = static_cast<int>(state.range(1));
    ausm::Result result = blobs(width, height);
    const Owned<GstBuffer> picture(gst_buffer_new());
    if (!attach_meta(picture.get(), result, {width, height, true, "blobs", 0}))
        state.SkipWithError("the masks do not fit");
    const PictureMoment moment{width, height, 0, 0, {}, {}};
    std::size_t bytes = 0;
    for (auto _ : state)
        bytes = meta_json(MetaContent(picture.get()), moment, static_cast<MaskForm>(state.range(2))).size();
    state.counters["bytes"] = static_cast<double>(bytes);
}

BENCHMARK(line)
    ->ArgNames({"width", "height", "masks"})
    ->ArgsProduct({{1280}, {720}, {0, 1, 2}})
    ->ArgsProduct({{3840}, {2160}, {0, 1, 2}})
    ->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
    gst_init(&argc, &argv);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
