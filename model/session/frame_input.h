// SPDX-License-Identifier: MIT
// From a picture to the network's input.
#pragma once

#include "ausm.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

namespace ausm {

struct InputSize {
    int width = 0, height = 0;
    bool operator==(const InputSize&) const = default;
};

/// The network's input for a picture: `short_side` pixels on the short side, the long side after the display aspect
/// (pixel aspect included), both rounded to 32; where that has more pixels than short_side x 1.75 short_side (256 x 448),
/// both shrink together until it fits. No padding.
InputSize input_size(const Frame& frame, int short_side);

/// Throws std::invalid_argument: size not positive, planes missing, pixel aspect not positive.
void check_frame(const Frame& frame);

/// [height, width, 3] float, (v - 127) / 128: area average when shrinking, bilinear when enlarging. Of a frame in host
/// memory.
std::vector<float> network_input(const Frame& frame, InputSize size);

/// The network's input for one frame. Made by the caller of a session, used by the engine thread.
class FrameInput {
public:
    FrameInput() = default;
    FrameInput(const FrameInput&) = delete;
    FrameInput& operator=(const FrameInput&) = delete;
    virtual ~FrameInput() = default;
    /// [1, 3, H, W] on the network's device; valid as long as this object. On the engine thread.
    virtual at::Tensor images() = 0;
    /// Returns when nothing reads the frame's own memory any more. On the caller's thread.
    virtual void release_frame() = 0;
};

/// Makes the inputs of one stream; thread-bound to its caller.
class InputMaker {
public:
    InputMaker() = default;
    InputMaker(const InputMaker&) = delete;
    InputMaker& operator=(const InputMaker&) = delete;
    virtual ~InputMaker() = default;
    /// For a frame that check_frame() accepts. Throws std::invalid_argument when its memory cannot be read here.
    virtual std::shared_ptr<FrameInput> make(const Frame& frame, InputSize size) = 0;
};

/// For networks on the CPU: preprocesses on the calling thread, without LibTorch's operators.
std::unique_ptr<InputMaker> make_host_input_maker();

}  // namespace ausm
