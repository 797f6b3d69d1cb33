// SPDX-License-Identifier: MIT
// What a pointer does on the shown picture, as prompts: navigation events of mouse and touch screen.
#pragma once

#include "gst/gstausmgrammar.h"

#include <gst/gst.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

namespace ausm::gst {

/// Left button or finger: a click selects what is there, or refines the object that is shown there; a drag is a box.
/// Right button: removes the object that is shown there. Thread-safe.
class SegmentClicks {
public:
    /// A pointer that moves less than this between press and release, in either direction, clicks; pixels.
    static constexpr double kDrag = 5;

    /// The id of the object shown at a normalised place, 0: none.
    using ObjectAt = std::function<std::int64_t(double x, double y)>;

    /// Ours: not to be passed on.
    struct Outcome {
        bool ours = false;
        std::optional<PromptLine> prompt;
    };

    /// A navigation event in pixels of a picture of this size, as scalers and crops on its way have made them. Buttons
    /// and fingers are ours, also where they mean nothing; keys, wheels and moves are not.
    [[nodiscard]] Outcome handle(GstEvent* event, int width, int height, const ObjectAt& object_at);

    /// Forgets a gesture that has begun.
    void restart();

private:
    struct Place {
        double x = 0, y = 0;  // pixels
    };
    struct Picture {
        double width = 0, height = 0;
        const ObjectAt& object_at;
    };

    void press(guint pointer, Place place, const Picture& picture);
    [[nodiscard]] std::optional<PromptLine> release(guint pointer, Place place, const Picture& picture);

    std::mutex mutex_;              // guards the two below; innermost
    std::optional<Place> pressed_;  // where the gesture began
    guint pointer_ = 0;             // its button or finger
};

}  // namespace ausm::gst
