// SPDX-License-Identifier: MIT
// What a live stream shows while the model is busy.
#pragma once

#include <functional>
#include <vector>

namespace ausm::eval {

struct StreamSchedule {
    std::vector<int> segmented;  ///< the frames that the model takes, rising
    std::vector<int> shown;      ///< for each frame: whose mask is the newest when it arrives; -1: there is none yet

    /// Of all frames, 0 to 1.
    [[nodiscard]] double share() const;
};

/// Frame n arrives at n / fps. A model that is free takes the newest frame that has arrived, or waits for the next one;
/// those between are skipped, as by a queue that leaks. Each frame is scored with the newest mask that is finished when
/// it arrives, its own only if that took no time (Li, Wang and Ramanan, Towards Streaming Perception, ECCV 2020; as their
/// streaming_eval.py with eta = 0). frames >= 1; fps above 0. segment: called for each frame that is taken, in order;
/// gives the seconds from there to its mask, at least 0.
[[nodiscard]] StreamSchedule stream_schedule(int frames, double fps, const std::function<double(int frame)>& segment);

}  // namespace ausm::eval
