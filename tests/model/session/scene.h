// SPDX-License-Identifier: MIT
// Drawn frames for tests of sessions: a disc and a square on a textured ground, where the test wants them.
#pragma once

#include "ausm.h"
#include "reference.h"
#include "session/engine.h"

#include <cmath>

namespace ausm::test {

struct Place {
    double x = 0.5, y = 0.5;  ///< centre, normalised
    bool there = true;
};

class Scene {
public:
    Scene(int width, int height)
        : width_(width), height_(height), pixels_(static_cast<std::size_t>(width) * height * 3) {}

    Frame draw(Place disc, Place square = {0.2, 0.3, false}) {
        const double radius = 0.2 * height_;
        for (int y = 0; y < height_; ++y)
            for (int x = 0; x < width_; ++x) {
                auto* p = &pixels_[(static_cast<std::size_t>(y) * width_ + x) * 3];
                const auto ground = static_cast<std::uint8_t>(70 + (x / 9 + y / 7) % 5 * 8);
                p[0] = ground, p[1] = ground, p[2] = static_cast<std::uint8_t>(ground + 10);
                if (disc.there && std::hypot(x - disc.x * width_, y - disc.y * height_) < radius)
                    p[0] = 230, p[1] = 120, p[2] = 30;
                if (square.there && std::abs(x - square.x * width_) < 0.12 * height_ &&
                    std::abs(y - square.y * height_) < 0.12 * height_)
                    p[0] = 30, p[1] = 60, p[2] = 220;
            }
        Frame frame;
        frame.width = width_, frame.height = height_;
        frame.planes[0] = {pixels_.data(), std::ptrdiff_t{3} * width_};
        return frame;
    }
    [[nodiscard]] Prompt disc_box(Place disc, std::int64_t id = 0) const {
        const double ry = 0.2, rx = 0.2 * height_ / width_;
        Prompt prompt;
        prompt.object = id;
        prompt.box = {disc.x - rx, disc.y - ry, disc.x + rx, disc.y + ry};
        return prompt;
    }

private:
    int width_, height_;
    std::vector<std::uint8_t> pixels_;
};

/// One engine for all tests of the program: weights are loaded once.
inline std::shared_ptr<Engine> engine() {
    static const auto engine = open_engine({.weights = path_from("AUSM_TEST_WEIGHTS"), .threads = 1});
    return engine;
}

inline Result step(Session& session, const Frame& frame, std::vector<Prompt> prompts = {}) {
    Result result;
    EXPECT_EQ(session.step(frame, std::move(prompts), result), StepStatus::kOk);
    return result;
}

/// Intersection over union of a map value with the drawn disc.
inline double disc_iou(const Result& result, int value, Place disc) {
    double both = 0, either = 0;
    for (int y = 0; y < result.map_height; ++y)
        for (int x = 0; x < result.map_width; ++x) {
            const bool drawn =
                std::hypot(x - disc.x * result.map_width, y - disc.y * result.map_height) < 0.2 * result.map_height;
            const bool found = result.map[static_cast<std::size_t>(y) * result.map_width + x] == value;
            both += drawn && found;
            either += drawn || found;
        }
    return both / either;
}

}  // namespace ausm::test
