// SPDX-License-Identifier: MIT
// Frames for the tracker without a session: the picture is a tensor already.
#pragma once

#include "session/frame_job.h"

#include <utility>

namespace ausm::test {

class TensorPicture final : public FrameInput {
public:
    explicit TensorPicture(at::Tensor images) : images_(std::move(images)) {}
    at::Tensor images() override { return images_; }
    void release_frame() override {}

private:
    at::Tensor images_;
};

/// images: [1, 3, H, W]. The caller sets what else it wants.
inline std::shared_ptr<FrameJob> job_of(at::Tensor images, StreamState state, const SessionOptions& options = {}) {
    auto job = std::make_shared<FrameJob>();
    job->size = {static_cast<int>(images.size(3)), static_cast<int>(images.size(2))};
    job->picture = std::make_shared<TensorPicture>(std::move(images));
    job->state = std::move(state);
    job->options = options;
    return job;
}

}  // namespace ausm::test
