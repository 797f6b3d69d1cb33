// SPDX-License-Identifier: MIT
// Prompts that are meant only for what is not followed yet, as another element's detections on every frame.
#include "tracked.h"

#include <algorithm>
#include <cstddef>

namespace ausm::gst {

namespace {

constexpr double kSame = 0.5;

double area(const std::array<double, 4>& box) noexcept {
    return std::max(0.0, box[2] - box[0]) * std::max(0.0, box[3] - box[1]);
}

std::array<double, 4> mask_box(const Prompt& prompt) {
    int left = prompt.mask_width, top = prompt.mask_height, right = 0, bottom = 0;
    for (int y = 0; y < prompt.mask_height; ++y) {
        const auto* row = prompt.mask.data() + static_cast<std::ptrdiff_t>(y) * prompt.mask_width;
        const auto* end = row + prompt.mask_width;
        const auto inside = [](std::uint8_t pixel) { return pixel != 0; };
        const auto* first = std::find_if(row, end, inside);
        if (first == end)
            continue;
        left = std::min(left, static_cast<int>(first - row));
        const auto last = std::find_if(std::reverse_iterator(end), std::reverse_iterator(row), inside);
        right = std::max(right, static_cast<int>(last.base() - row));
        top = std::min(top, y);
        bottom = y + 1;
    }
    if (bottom == 0)
        return {};
    return {1.0 * left / prompt.mask_width, 1.0 * top / prompt.mask_height, 1.0 * right / prompt.mask_width,
            1.0 * bottom / prompt.mask_height};
}

}  // namespace

std::array<double, 4> shown_box(const Prompt& prompt) {
    switch (prompt.kind) {
    case PromptKind::kBox: return prompt.box;
    case PromptKind::kMask: return mask_box(prompt);
    default: return {};
    }
}

double box_overlap(const std::array<double, 4>& a, const std::array<double, 4>& b) noexcept {
    const double both = area({std::max(a[0], b[0]), std::max(a[1], b[1]), std::min(a[2], b[2]), std::min(a[3], b[3])});
    const double either = area(a) + area(b) - both;
    return either > 0 ? both / either : 0;
}

FollowedPlaces::FollowedPlaces(std::span<const Object> objects, std::span<const Prompt> prompts) {
    for (const Object& object : objects)
        places_.push_back({object.id, object.box});
    for (const Prompt& prompt : prompts)
        take(prompt);
}

void FollowedPlaces::take(const Prompt& prompt) {
    if (prompt.kind == PromptKind::kReset)
        places_.clear();
    else if (prompt.kind == PromptKind::kRemove)
        std::erase_if(places_, [&prompt](const Place& place) { return place.object == prompt.object; });
    else
        places_.push_back({prompt.object, shown_box(prompt)});
}

bool FollowedPlaces::have(const Prompt& prompt) const {
    return std::ranges::any_of(
        places_, [box = shown_box(prompt)](const Place& place) { return box_overlap(box, place.box) >= kSame; });
}

}  // namespace ausm::gst
