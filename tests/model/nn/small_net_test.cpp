// SPDX-License-Identifier: MIT
// A weights file alone decides how large a network is: one of other sizes than any preset does all that nano does.
#include "small_net.h"

#include "nn/flops.h"
#include "session/engine.h"

#include <c10/core/GradMode.h>

#include <cstdio>
#include <fstream>

namespace ausm {
namespace {

TEST(SmallNet, ItsSizesAreThoseOfItsFile) {
    const AusmNet net(test::small_net(), at::kFloat);
    EXPECT_EQ(net.config().name, "small-nano");
    EXPECT_EQ(net.config().inference_size, 96);
    EXPECT_EQ(net.config().history.compressor_layers, 1);
    EXPECT_EQ(net.grid(64, 96), (Grid{4, 6}));
    EXPECT_EQ(net.mask_grid({4, 6}), (Grid{16, 24}));
    const auto history = net.initial_history(2, {4, 6});
    ASSERT_EQ(history.layers.size(), 1U);
    EXPECT_EQ(history.layers[0].conv_tail.sizes(), at::IntArrayRef({2, 2, 24, 128}));
    EXPECT_EQ(history.layers[0].scan.sizes(), at::IntArrayRef({2, 24, 4, 128}));
    const auto cost = network_cost(net.config(), 64, 96, 2);
    EXPECT_EQ(static_cast<std::size_t>(cost.parameters()), net.parameters());
    EXPECT_EQ(cost.state_bytes(4), net.initial_history(1, {4, 6}).bytes());
}

TEST(SmallNet, ItsStateHasItsAnchors) {
    for (const int places : {0, 1, 2}) {
        const auto file = test::weights_with_anchors(places, 0);
        const AusmNet net(file, at::kFloat);
        EXPECT_EQ(network_cost(net.config(), 64, 96, 2).state_bytes(4), net.initial_history(1, {4, 6}).bytes());
    }
}

TEST(SmallNet, StepsAsItScans) {
    const c10::NoGradGuard no_grad;
    const AusmNet net(test::small_net(), at::kDouble);
    at::manual_seed(2);
    const auto images = at::rand({2, 5, 3, 64, 96}, at::kDouble) * 2 - 1,
               masks = at::rand({2, 5, 2, 16, 24}, at::kDouble);
    const auto slots = at::tensor({3, 11, 7, 0}, at::kLong).view({2, 2}),
               kinds = at::randint(0, 5, {2, 5, 2}, at::kLong);
    auto whole = net.initial_history(2, {4, 6}), stepped = whole;
    const auto parallel = net.scan(images, {slots, masks, kinds}, {}, whole);
    EXPECT_EQ(parallel.masks.sizes(), at::IntArrayRef({10, 2 + 9, 16, 24}));
    const auto expected = parallel.masks.unflatten(0, {2, 5}), presence = parallel.presence.unflatten(0, {2, 5});
    for (std::int64_t t = 0; t < 5; ++t) {
        const Marks marks{slots, masks.narrow(1, t, 1), kinds.narrow(1, t, 1)};
        const auto step = net.step(images.select(1, t), marks, stepped);
        EXPECT_CLOSE(step.masks, expected.select(1, t), 1e-9);
        EXPECT_CLOSE(step.presence, presence.select(1, t), 1e-9);
    }
    EXPECT_CLOSE(stepped.layers[0].scan, whole.layers[0].scan, 1e-9);
    auto unmarked = net.initial_history(2, {4, 6});
    const auto without = net.scan(images, {slots, at::zeros_like(masks), kinds}, {}, unmarked).masks;
    EXPECT_GT(test::relative_error(without, parallel.masks), 1e-3) << "marks mean something";
}

TEST(SmallNet, RunsInAnEngine) {
    const auto path = testing::TempDir() + "small-nano.safetensors";
    const auto bytes = test::small_net_bytes();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const auto engine = open_engine({.weights = path, .threads = 2});
    std::remove(path.c_str());
    EXPECT_EQ(engine->info().name, "small-nano");
    EXPECT_EQ(engine->info().max_objects, 12);
    const auto session = engine->session({.mode = Mode::kPrompted});
    std::vector<std::uint8_t> pixels(std::size_t{160} * 96 * 3, 90);
    Frame frame;
    frame.width = 160, frame.height = 96;
    frame.planes[0] = {pixels.data(), 160 * 3};
    Prompt box;
    box.box = {0.2, 0.2, 0.6, 0.7};
    Result result;
    for (int t = 0; t < 3; ++t)
        ASSERT_EQ(session->step(frame, t == 0 ? std::vector{box} : std::vector<Prompt>(), result), StepStatus::kOk);
    EXPECT_EQ(result.objects.size(), 1U);
    EXPECT_EQ(session->info().input_height, 96);
    const auto state = session->save();
    EXPECT_NO_THROW((void)session->load(state));
}

}  // namespace
}  // namespace ausm
