// SPDX-License-Identifier: MIT
// What maskoverlay costs on a picture: three people-sized objects, a fifth of the picture.
#include "elements/maskoverlay/annotation.h"
#include "elements/maskoverlay/cut_out.h"
#include "elements/maskoverlay/effect.h"
#include "elements/maskoverlay/hidden_area.h"

#include <benchmark/benchmark.h>

#include <cmath>

namespace {

using namespace ausm::gst::overlay;

struct Scene {
    int width, height;
    Picture picture;
    std::vector<std::uint8_t> bytes, map;

    Scene(int w, int h, bool yuv)
        : width(w), height(h), bytes(static_cast<std::size_t>(w * h * 4)), map(bytes.size() / 4) {
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::uint8_t>(i * 2654435761U >> 24);
        std::uint8_t* data = bytes.data();
        if (yuv)
            picture = {w,
                       h,
                       3,
                       {DrawPlane{data, w, 1, {0, -1, -1}}, DrawPlane{data + w * h, w / 2, 1, {-1, 0, -1}, 2, 2},
                        DrawPlane{data + w * h * 5 / 4, w / 2, 1, {-1, -1, 0}, 2, 2}}};
        else
            picture = {w, h, 1, {DrawPlane{data, w * 4, 4, {2, 1, 0}}, {}, {}}};
        for (int y = 0; y < h; ++y)
            for (int x = 0; x < w; ++x)
                for (int object = 0; object < 3; ++object)
                    if (std::hypot((x - w * (1 + object * 2) / 6.0) / 1.2, (y - h / 2.0) / 3) < h / 9.0)
                        map[static_cast<std::size_t>(y * w + x)] = static_cast<std::uint8_t>(object + 1);
    }
    [[nodiscard]] LabelMap labels() const { return {map.data(), width, height}; }
};

void hide(benchmark::State& state, Effect effect, bool yuv, int width, int height) {
    Scene scene(width, height, yuv);
    const MapObject objects[] = {{1, 1}, {2, 2}, {3, 3}};
    ValueTable hidden{};
    hidden[1] = hidden[2] = hidden[3] = 255;
    HeldObjects held;
    HiddenArea area;
    for (auto _ : state) {
        held.update(scene.labels(), objects, 10);
        const AlphaPlane& alpha =
            area.update(width, height, scene.labels(), hidden, &held, {height / 100, std::max(height / 360, 1), 0});
        apply_effect(scene.picture, alpha, SharedAlpha::kLargest,
                     {effect, effect_block(height, kDefaultStrength), {}, nullptr});
    }
}

void cut_out(benchmark::State& state, bool yuv, int width, int height) {
    Scene scene(width, height, yuv);
    ValueTable meant{};
    meant[1] = meant[2] = meant[3] = 255;
    CutOut cut;
    for (auto _ : state)
        benchmark::DoNotOptimize(
            cut.update(scene.picture, scene.labels(), {}, meant, {std::max(height / 360, 1), 0, 0.5}).values.data());
}

void draw(benchmark::State& state, bool yuv, int width, int height) {
    Scene scene(width, height, yuv);
    const Annotation objects[] = {{1, 1, "person", 1, 0.1, 0.1, 0.3, 0.9, true},
                                  {2, 2, "person", 1, 0.4, 0.1, 0.6, 0.9, true},
                                  {3, 3, "person", 1, 0.7, 0.1, 0.9, 0.9, true}};
    TextRenderer text;
    for (auto _ : state)
        annotate(scene.picture, {yuv}, scene.labels(), objects, {}, {}, text);
}

const bool kRegistered = [] {
    for (const auto& [width, height] : {std::pair{1280, 720}, {3840, 2160}})
        for (const bool yuv : {true, false}) {
            const auto name = [&](const char* what) {
                return std::string(what) + (yuv ? "/I420/" : "/BGRA/") + std::to_string(height);
            };
            const auto add = [](const std::string& case_name, auto&& run) {
                benchmark::RegisterBenchmark(case_name.c_str(), run)->Unit(benchmark::kMillisecond);
            };
            const int w = width, h = height;
            add(name("overlay"), [=](benchmark::State& state) { draw(state, yuv, w, h); });
            add(name("blur"), [=](benchmark::State& state) { hide(state, Effect::kBlur, yuv, w, h); });
            add(name("pixelate"), [=](benchmark::State& state) { hide(state, Effect::kPixelate, yuv, w, h); });
            add(name("cut_out"), [=](benchmark::State& state) { cut_out(state, yuv, w, h); });
            add(name("solid"), [=](benchmark::State& state) { hide(state, Effect::kSolid, yuv, w, h); });
        }
    return true;
}();

}  // namespace

BENCHMARK_MAIN();
