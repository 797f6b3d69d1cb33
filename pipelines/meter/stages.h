// SPDX-License-Identifier: MIT
// What pipelines/bench compares: three pipelines, each with more in it, and the model without one.
#pragma once

#include "pipelines/meter/meter.h"

#include <string>
#include <vector>

namespace ausm::report {

struct BenchSettings {
    std::string input;  ///< a file; empty: a drawn clip
    std::string box = "0.3,0.3,0.7,0.7";
    std::string tool = "ausm";  ///< path of the program
    int frames = 100;           ///< measured, of each pipeline and round
    int rounds = 3;
    bool json = false;
};

inline constexpr int kWarmUp = 10;  ///< frames before those that are measured

/// Reads the command line; prints the help and exits for --help. Throws Failure.
BenchSettings read_bench_settings(int argc, char** argv);

/// A drawn clip in a folder that goes with it.
class DrawnClip {
public:
    /// 1280 x 720, 25 frames a second, compressed. Throws Failure.
    explicit DrawnClip(int frames);
    ~DrawnClip();
    DrawnClip(const DrawnClip&) = delete;
    DrawnClip& operator=(const DrawnClip&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string folder_, path_;
};

/// Pipelines in the order of what is in them.
enum class Stage { kDecode, kSegment, kOverlay, kHide };
inline constexpr Stage kStages[] = {Stage::kDecode, Stage::kSegment, Stage::kOverlay, Stage::kHide};
inline constexpr const char* kStageNames[] = {"decode", "decode, segment", "decode, segment, overlay",
                                              "decode, segment, hide"};

/// One run of a pipeline, or of the model alone.
struct StageRun {
    Pace pace;
    int width = 0, height = 0;  ///< of the frames
    double element = 0;         ///< milliseconds inside ausmsegment, median; 0: there is none
};
StageRun run_stage(Stage stage, const BenchSettings& settings);

/// One run of `ausm bench`: the time of the model's frame, its operations and the machine's rate.
struct ModelRun {
    Pace pace;
    double gflop = 0;              ///< of a frame
    double mm_rate = 0;            ///< GFLOP/s of at::mm
    std::string precision, model;  ///< as the tool names them
    int threads = 0;
};
/// For pictures of this size. Throws Failure with what the tool says.
ModelRun run_model(const BenchSettings& settings, int width, int height);

}  // namespace ausm::report
