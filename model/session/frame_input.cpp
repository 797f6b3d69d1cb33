// SPDX-License-Identifier: MIT
// Runs on the caller's thread, without LibTorch.
#include "session/frame_input.h"

#include "nn/ausm_net.h"
#include "session/picture_params.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ausm {
namespace {

constexpr int kMultiple = static_cast<int>(AusmNet::kMultiple);

int nearest_multiple(double pixels) {
    return std::max(1, static_cast<int>(std::lround(pixels / kMultiple))) * kMultiple;
}

}  // namespace

InputSize input_size(const Frame& frame, int short_side) {
    const double display =
        static_cast<double>(frame.width) * frame.pixel_aspect_n / frame.pixel_aspect_d / frame.height;
    const double aspect = std::max(display, 1 / display);
    const double cap = short_side * short_side * 1.75;
    const double shrink = std::min(1.0, std::sqrt(cap / (short_side * (short_side * aspect))));
    const int small = nearest_multiple(short_side * shrink);
    const int most = static_cast<int>(cap / small) / kMultiple * kMultiple;
    const int large = nearest_multiple(std::min(short_side * aspect * shrink, static_cast<double>(most)));
    return display >= 1 ? InputSize{large, small} : InputSize{small, large};
}

void check_frame(const Frame& frame) {
    if (frame.width < 1 || frame.height < 1)
        throw std::invalid_argument("a frame of " + std::to_string(frame.width) + " x " + std::to_string(frame.height) +
                                    " pixels");
    if (frame.pixel_aspect_n < 1 || frame.pixel_aspect_d < 1)
        throw std::invalid_argument("the pixel aspect ratio is not positive");
    for (std::size_t i = 0; i < planes_of(frame.format); ++i)
        if (frame.planes[i].data == nullptr)
            throw std::invalid_argument("plane " + std::to_string(i) + " of the frame is missing");
}

std::vector<float> network_input(const Frame& frame, InputSize size) {
    std::vector<float> out(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3);
    auto params = picture_params<PreprocessParams>(frame, size);
    params.out = out.data();
    preprocess_cpu(params, 0, params.out_height);
    return out;
}

namespace {

class HostInput final : public FrameInput {
public:
    HostInput(std::vector<float> values, InputSize size) : values_(std::move(values)), size_(size) {}
    at::Tensor images() override {
        return at::from_blob(values_.data(), {1, size_.height, size_.width, 3}, at::kFloat).permute({0, 3, 1, 2});
    }
    void release_frame() override {}

private:
    std::vector<float> values_;
    InputSize size_;
};

class HostInputMaker final : public InputMaker {
public:
    std::shared_ptr<FrameInput> make(const Frame& frame, InputSize size) override {
        if (frame.memory != MemoryKind::kHost)
            throw std::invalid_argument("frames in CUDA memory need device=cuda");
        return std::make_shared<HostInput>(network_input(frame, size), size);
    }
};

}  // namespace

std::unique_ptr<InputMaker> make_host_input_maker() { return std::make_unique<HostInputMaker>(); }

}  // namespace ausm
