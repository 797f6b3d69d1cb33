// SPDX-License-Identifier: MIT
// Pictures, and the library's door.
#include "network_video.h"

#include <cmath>
#include <stdexcept>
#include <thread>

namespace ausm::gpu {
namespace {

constexpr double kPi = 3.14159265358979323846;

struct Colour {
    std::uint8_t r, g, b;
};

/// The picture's point at x, y (shares of width and height), `aspect`: width / height.
Colour colour_at(double x, double y, double aspect, double turn) {
    const double u = (x - 0.4 - 0.1 * std::sin(turn)) * aspect, v = y - 0.5;
    if (u * u + v * v < 0.04)
        return {230, 120, 30};
    if (std::fabs(x - 0.8) * aspect < 0.12 && std::fabs(y - 0.3 - 0.05 * std::cos(turn)) < 0.12)
        return {30, 60, 220};
    const auto ground = static_cast<std::uint8_t>(70 + (static_cast<int>(x * 90) + static_cast<int>(y * 70)) % 5 * 8);
    return {ground, ground, static_cast<std::uint8_t>(ground + 10)};
}

/// BT.709, limited range.
std::array<std::uint8_t, 3> yuv_of(const Colour& c) {
    const double y = 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
    const auto byte = [](double value) { return static_cast<std::uint8_t>(std::lround(value)); };
    return {byte(16 + y * 219 / 255), byte(128 + (c.b - y) / 1.8556 * 224 / 255),
            byte(128 + (c.r - y) / 1.5748 * 224 / 255)};
}

}  // namespace

Video::Video(PixelFormat format, int width, int height, int length) : format_(format), width_(width), height_(height) {
    for (int time = 0; time < length; ++time)
        pictures_.push_back(drawn(time));
    on_device_.resize(pictures_.size());
}

std::size_t Video::picture_bytes() const {
    const auto pixels = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
    return format_ == PixelFormat::kRgb ? 3 * pixels : pixels + pixels / 2;  // even sizes only
}

std::vector<std::uint8_t> Video::drawn(int time) const {
    std::vector<std::uint8_t> bytes(picture_bytes());
    const double turn = 0.2 * kPi * time, aspect = static_cast<double>(width_) / height_;
    const auto pixels = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
    for (int y = 0; y < height_; ++y)
        for (int x = 0; x < width_; ++x) {
            const auto colour = colour_at((x + 0.5) / width_, (y + 0.5) / height_, aspect, turn);
            const auto at =
                static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
            if (format_ == PixelFormat::kRgb) {
                bytes[3 * at] = colour.r, bytes[3 * at + 1] = colour.g, bytes[3 * at + 2] = colour.b;
                continue;
            }
            const auto yuv = yuv_of(colour);
            bytes[at] = yuv[0];
            if (x % 2 != 0 || y % 2 != 0)
                continue;
            const auto half = static_cast<std::size_t>(y / 2) * static_cast<std::size_t>(width_ / 2) +
                              static_cast<std::size_t>(x / 2);
            const bool together = format_ == PixelFormat::kNv12;
            bytes[pixels + (together ? 2 * half : half)] = yuv[1];
            bytes[pixels + (together ? 2 * half + 1 : pixels / 4 + half)] = yuv[2];
        }
    return bytes;
}

Frame Video::frame_at(const std::uint8_t* data, int time) const {
    Frame frame;
    frame.format = format_;
    frame.width = width_, frame.height = height_;
    frame.stream_time = time;
    const auto pixels = static_cast<std::ptrdiff_t>(width_) * height_;
    if (format_ == PixelFormat::kRgb)
        frame.planes[0] = {data, std::ptrdiff_t{3} * width_};
    else if (format_ == PixelFormat::kNv12)
        frame.planes[0] = {data, width_}, frame.planes[1] = {data + pixels, width_};
    else
        frame.planes[0] = {data, width_}, frame.planes[1] = {data + pixels, width_ / 2},
        frame.planes[2] = {data + pixels + pixels / 4, width_ / 2};
    return frame;
}

Frame Video::frame(int time) const {
    return frame_at(pictures_[static_cast<std::size_t>(time) % pictures_.size()].data(), time);
}

Frame Video::device_frame(int time) {
    const auto number = static_cast<std::size_t>(time) % pictures_.size();
    if (on_device_[number] == nullptr)
        on_device_[number] = arrays_.mirror(pictures_[number]);
    auto frame = frame_at(static_cast<const std::uint8_t*>(on_device_[number]), time);
    frame.memory = MemoryKind::kCuda;
    return frame;
}

const char* Video::name(PixelFormat format) {
    return format == PixelFormat::kRgb ? "RGB" : format == PixelFormat::kNv12 ? "NV12" : "I420";
}

std::vector<Prompt> Video::boxes(int count) {
    std::vector<Prompt> prompts(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        const double x = 0.08 + 0.84 * (i % 8) / 7.0, y = 0.1 + 0.8 * (i / 8 % 8) / 7.0;
        prompts[static_cast<std::size_t>(i)].box = {x - 0.05, y - 0.05, x + 0.05, y + 0.05};
    }
    if (count > 0)
        prompts[0].box = {0.29, 0.3, 0.51, 0.7};
    if (count > 1)
        prompts[1].box = {0.73, 0.23, 0.87, 0.47};
    return prompts;
}

std::shared_ptr<Engine> open(const std::string& weights, const std::string& device, Precision precision, int batch) {
    const int threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, 8);
    const EngineOptions options{weights, device, precision, threads, batch};
    std::shared_ptr<Engine> engine;
    std::array<char, 512> error{};
    if (ausm_open(kInterfaceVersion, &options, &engine, error.data(), error.size()) != OpenStatus::kOk)
        throw std::runtime_error(error.data());
    return engine;
}

void step(Session& session, const Frame& frame, std::vector<Prompt> prompts, Result& result) {
    if (session.step(frame, std::move(prompts), result) != StepStatus::kOk)
        throw std::runtime_error("a frame was interrupted");
    for (const auto& answer : result.answers)
        if (!answer.accepted)
            throw std::runtime_error("a prompt was refused: " + answer.reason);
}

}  // namespace ausm::gpu
