// SPDX-License-Identifier: MIT
// What the application chose, and what the element chooses where it is left to it.
#include "elements/maskoverlay/settings.h"

#include <algorithm>
#include <cmath>

namespace ausm::gst::overlay {
namespace {

constexpr double kObjectDilate = 0.01;  // of the height: what masks are off by at most, for the most part
constexpr int kRowsPerSoftPixel = 360;
constexpr double kCutOutCalm = 0.5;

int pixels(double share, int height) noexcept { return static_cast<int>(std::ceil(std::min(share, 1.0) * height)); }

}  // namespace

MaskStyle style_of(const OverlaySettings& settings) noexcept {
    switch (settings.style) {
    case StyleChoice::kFill: return MaskStyle::kFill;
    case StyleChoice::kContour: return MaskStyle::kContour;
    case StyleChoice::kBoth: return MaskStyle::kBoth;
    case StyleChoice::kNone: return MaskStyle::kNone;
    case StyleChoice::kAuto: break;
    }
    return hides(settings.effect) ? MaskStyle::kNone : MaskStyle::kBoth;
}

Missing missing_of(const OverlaySettings& settings) noexcept {
    if (settings.missing != Missing::kAuto)
        return settings.missing;
    return hides(settings.effect) || settings.output == Output::kMatte ? Missing::kHide : Missing::kPass;
}

std::string contradiction(const OverlaySettings& settings) {
    if (settings.output != Output::kPicture && hides(settings.effect))
        return "Effects are for output=picture: a matte or a mask has none";
    if (settings.effect == Effect::kReplace && settings.background.empty() && !settings.has_background_pad)
        return "effect=replace needs background-location, or a stream on the pad background_sink";
    return {};
}

bool is_cut_out(const OverlaySettings& settings) noexcept {
    return settings.effect == Effect::kReplace && settings.on_background;
}

int dilate_of(const OverlaySettings& settings, int height) noexcept {
    if (settings.dilate >= 0)
        return pixels(settings.dilate, height);
    return hides(settings.effect) && !settings.on_background ? pixels(kObjectDilate, height) : 0;
}

int softness_of(const OverlaySettings& settings, int height) noexcept {
    const int softness = settings.edge_smooth >= 0 ? settings.edge_smooth : std::max(height / kRowsPerSoftPixel, 1);
    return std::min(softness, kMaxSoftness);
}

double calm_of(const OverlaySettings& settings) noexcept {
    if (settings.temporal_smooth >= 0)
        return settings.temporal_smooth;
    const bool cuts_out = settings.output == Output::kMatte || is_cut_out(settings);
    return cuts_out && settings.edge_smooth != 0 ? kCutOutCalm : 0;
}

Rgb colour_of(const OverlaySettings& settings) noexcept {
    const auto byte = [&](int shift) { return static_cast<std::uint8_t>(settings.colour >> shift); };
    return {byte(16), byte(8), byte(0)};
}

}  // namespace ausm::gst::overlay
